// What commit-and-tag-version decides for each repository: a JSON list of directories in, a JSON list of versions out.
// It is asked without writing anything. Run inside the directory where the oracles are installed, with this text as the program.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const decide = createRequire(`${process.cwd()}/`)("commit-and-tag-version");
const { info } = console;

async function decided(directory) {
  process.chdir(directory);
  const settings = JSON.parse(readFileSync(".versionrc.json", "utf8"));
  const lines = [];
  console.info = (...words) => lines.push(words.join(" "));
  await decide({ ...settings, dryRun: true, packageFiles: [], bumpFiles: [] });
  console.info = info;
  const tagged = lines.map((line) => /tagging release (\S+)/.exec(line)).find(Boolean);
  return tagged ? tagged[1] : null;
}

let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = [];
for (const directory of JSON.parse(text)) answers.push(await decided(directory));
process.stdout.write(JSON.stringify(answers));
