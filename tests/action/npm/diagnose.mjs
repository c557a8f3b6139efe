// What GitHub's language service has to say of workflows and actions, as JSON: node diagnose.mjs PLACE ROOT FILE...
// PLACE is where package.json of this directory is installed, ROOT the repository of `./` in the files.
import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { pathToFileURL } from "node:url";

register("./json.mjs", import.meta.url);
const [place, root, ...files] = process.argv.slice(2);
const { TextDocument } = createRequire(`${place}/`)("vscode-languageserver-textdocument");
const { registerLogger, validate } = await import(
  pathToFileURL(`${place}/node_modules/@actions/languageservice/dist/index.js`)
);
const log = () => {};
// A mistake of the service itself is only logged; here it is no answer at all.
registerLogger({ log, info: log, warn: log, error: (text) => { throw new Error(text); } });

const getFileContent = async ({ path }) => ({ name: path, content: readFileSync(`${root}/${path}`, "utf8") });

const found = [];
for (const file of files) {
  const document = TextDocument.create(pathToFileURL(file).href, "yaml", 1, readFileSync(file, "utf8"));
  for (const { message, range } of await validate(document, { fileProvider: { getFileContent } }))
    found.push(`${file}:${range.start.line + 1}: ${message}`);
}
console.log(JSON.stringify(found, null, 1));
