// What semantic-release decides for each history: a JSON list of `{commits, rules}` in, newest commits first; a JSON list out.
// Run inside the directory where the oracles are installed, with this text as the program.
import { analyzeCommits } from "@semantic-release/commit-analyzer";

// semantic-release leaves these out before it asks its analyser.
const SKIPPED = /\[skip\s+release\]|\[release\s+skip\]/i;

async function decided({ commits, rules }) {
  const context = {
    cwd: process.cwd(),
    commits: commits.filter(({ message }) => !SKIPPED.test(message)),
    logger: { log() {} },
  };
  return analyzeCommits({ preset: "conventionalcommits", releaseRules: rules }, context);
}

let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = [];
for (const history of JSON.parse(text)) answers.push(await decided(history));
process.stdout.write(JSON.stringify(answers));
