// Node 18 or newer: save it as make.mjs.
import { readFile, writeFile } from "node:fs/promises";

const parlor = "{{ parlor }}";
const key = "anonymous"; // or one of this house: plr_…

async function ask(path, body, type = "application/json") {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": type };
  const method = body ? "POST" : "GET";
  const answer = await fetch(`${parlor}/${path}`, { method, headers, body });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer;
}

{{ uploads }}
const inputs = {{ inputs }};
const run = "api/parlor/v1/workflows/{{ slug }}/jobs?wait=600";
const job = await (await ask(run, JSON.stringify({ inputs }))).json();
if (job.status !== "succeeded") throw new Error(job.failure?.message ?? `the job is ${job.status}`);
for (const output of job.outputs) {
  const content = await (await ask(output.url)).arrayBuffer();
  await writeFile(output.name, new Uint8Array(content));
  console.log(output.name);
}
