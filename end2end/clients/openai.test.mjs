// OpenAI's images API: OpenAI's own clients, as they come from PyPI and from npm.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { House } from '../support/house.mjs';

/** Runs a program of an own client with the address of a house and a key, and nothing else. */
async function works(context, program, args) {
  const house = await House.open({ args: ['--engine-delay-ms', '20', '--alias', 'gpt-image-1=text-to-picture'] });
  context.after(() => house.close());
  const made = await fetch(`${house.url}/api/parlor/v1/me/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'openai', scope: 'run' }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  const { secret } = await made.json();
  const env = { ...process.env, OPENAI_BASE_URL: `${house.url}/v1`, OPENAI_API_KEY: secret };
  const child = spawn(program, args, { cwd: import.meta.dirname, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, said);
}

test('openai of PyPI makes, streams and edits pictures', context =>
  works(context, process.env.PARLOR_PYTHON ?? 'python3', ['openai_quickstart.py']));

test('openai of npm makes, streams and edits pictures', context =>
  works(context, process.execPath, ['openai_quickstart.mjs']));
