// Webhooks: the reference library of Standard Webhooks, as it comes from PyPI, is told.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { House } from '../support/house.mjs';

// safety 31
test('standardwebhooks of PyPI verifies what it is told', async context => {
  const house = await House.open({ args: ['--fetch-http', '--fetch-network', '127.0.0.1/32'] });
  context.after(() => house.close());
  const made = await fetch(`${house.url}/api/parlor/v1/me/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'webhooks', scope: 'admin' }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  const { secret } = await made.json();
  const env = { ...process.env, PARLOR_URL: house.url, PARLOR_KEY: secret };
  const program = process.env.PARLOR_PYTHON ?? 'python3';
  const child = spawn(program, ['standardwebhooks_receiver.py'], { cwd: import.meta.dirname, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, said);
});
