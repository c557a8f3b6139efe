import type { UserConfig } from "@commitlint/types";

const config: UserConfig = {
  extends: ["@commitlint/config-conventional", "@acme/commitlint"],
  rules: {
    "type-enum": [2, "always", ["feat", "fix", "docs"]],
    "scope-enum": [2, "always", ["api", "web"]],
    "header-max-length": [1, "always", 40],
    "body-max-line-length": [0, "always", Infinity],
    "references-empty": [2, "never"],
  },
};
export default config;
