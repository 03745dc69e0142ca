// OpenAI's images API: OpenAI's own client, as it comes from PyPI.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { House } from '../support/house.mjs';

test('openai of PyPI makes, streams and edits pictures', async context => {
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
  const program = process.env.PARLOR_PYTHON ?? 'python3';
  const child = spawn(program, ['openai_quickstart.py'], { cwd: import.meta.dirname, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, said);
});
