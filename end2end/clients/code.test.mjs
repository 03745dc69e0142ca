// "Use from code": every program that /api/docs/{slug} shows, as a reader would copy it, run.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { House } from '../support/house.mjs';
import { redOverBlue } from '../support/png.mjs';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const here = import.meta.dirname;
let house;
let workflows;

before(async () => {
  house = await House.open();
  workflows = await (await fetch(`${house.url}/api/parlor/v1/workflows`)).json();
  assert.ok(workflows.length >= 3);
});
after(() => house?.close());

/** What stands in the page for a language, as its reader sees it. */
async function program(slug, language) {
  const answer = await fetch(`${house.url}/api/docs/${slug}`);
  const html = await answer.text();
  assert.equal(answer.status, 200, html);
  const [, code] = html.match(new RegExp(`data-lang="${language}"><figcaption>[^<]*</figcaption><pre><code>([^]*?)</code>`));
  const marks = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return code.replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|amp);/g, (_, mark) => marks[mark]);
}

async function run(command, args, folder, env = {}) {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, `${command} ${args.join(' ')} said:\n${said}`);
}

/** Runs a program for each workflow in a folder of its own, which a picture must be in afterwards. */
async function eachWorkflowMakesAPicture(language, start) {
  for (const { slug } of workflows) {
    const folder = await mkdtemp(join(tmpdir(), 'parlor-code-'));
    try {
      await writeFile(join(folder, 'picture.png'), redOverBlue(96, 64));
      await start(await program(slug, language), folder);
      const made = (await readdir(folder)).filter(name => name.endsWith('.png') && name !== 'picture.png');
      assert.equal(made.length, 1, `${slug} in ${language} made ${made.join(', ') || 'nothing'}`);
      const begin = (await readFile(join(folder, made[0]))).subarray(0, 4);
      assert.deepEqual(begin, PNG, `${slug} in ${language}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

test('the commands with curl make a picture of every workflow', () =>
  eachWorkflowMakesAPicture('curl', async (code, folder) => {
    await writeFile(join(folder, 'make.sh'), code);
    await run('bash', ['-euo', 'pipefail', 'make.sh'], folder);
  }));

test('the Python needs nothing but Python and makes a picture of every workflow', () =>
  eachWorkflowMakesAPicture('python', async (code, folder) => {
    await writeFile(join(folder, 'make.py'), code);
    await run('python3', ['make.py'], folder);
  }));

test('the JavaScript needs nothing but Node and makes a picture of every workflow', () =>
  eachWorkflowMakesAPicture('javascript', async (code, folder) => {
    await writeFile(join(folder, 'make.mjs'), code);
    await run(process.execPath, ['make.mjs'], folder);
  }));

test('the Rust compiles with what it names and makes a picture of every workflow', () =>
  eachWorkflowMakesAPicture('rust', async (code, folder) => {
    await cp(join(here, 'rust'), folder, { recursive: true });
    await mkdir(join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'src/main.rs'), code);
    const target = process.env.PARLOR_RUST_TARGET ?? join(here, '../../target/clients/rust');
    await run('cargo', ['run', '--quiet', '--locked'], folder, { CARGO_TARGET_DIR: target });
  }));
