// A copy that is made while the house is open, as docs/hosting.md says, is a whole house.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { House } from '../support/house.mjs';

const API = 'api/parlor/v1';

async function paint(house, headers, prompt) {
  const inputs = { prompt, steps: 3, size: { width: 256, height: 256 } };
  const answer = await fetch(`${house.url}/${API}/workflows/text-to-picture/jobs?wait=60`, {
    method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ inputs }),
  });
  assert.equal(answer.status, 200);
  return answer.json();
}

// safety 39
test('a copy that was made while the house was open opens with all that was in it', async () => {
  const house = await House.open();
  const first = await fetch(`${house.url}/${API}/house`);
  const headers = { cookie: first.headers.get('set-cookie').split(';')[0] };
  const job = await paint(house, headers, 'A red hill');

  const copy = await mkdtemp(join(tmpdir(), 'parlor-copy-'));
  execFileSync('sqlite3', [join(house.data, 'parlor.db'), `.backup ${join(copy, 'parlor.db')}`]);
  await mkdir(join(copy, 'files'));
  await paint(house, headers, 'Made between the two');
  await cp(join(house.data, 'files/content'), join(copy, 'files/content'), { recursive: true });
  await house.close();

  const again = await House.open({ data: copy });
  const jobs = await (await fetch(`${again.url}/${API}/jobs`, { headers })).json();
  assert.deepEqual(jobs.jobs.map(({ id }) => id), [job.id]);
  for (const path of [job.outputs[0].url, `${job.outputs[0].url}/thumb?w=160`]) {
    const picture = await fetch(`${again.url}/${path}`, { headers });
    assert.equal(picture.status, 200, path);
    assert.match(picture.headers.get('content-type'), /^image\//);
  }
  await paint(again, headers, 'And it works');
  await again.close();
});
