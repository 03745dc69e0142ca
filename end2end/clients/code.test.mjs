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
let folder;

/** What makes two pictures at once; all that is built in makes one. */
const PAIR = {
  1: { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 2, color: 255 } },
  9: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'pair' } },
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parlor-workflows-'));
  await writeFile(join(folder, 'pair.json'), JSON.stringify(PAIR));
  await writeFile(join(folder, 'pair.toml'), 'slug = "pair"\ntitle = "Pair"\n');
  house = await House.open({ args: ['--workflows', folder] });
  const list = async () => (await fetch(`${house.url}/api/parlor/v1/workflows`)).json();
  do workflows = await list(); while (!workflows.some(({ slug }) => slug === 'pair'));
  assert.ok(workflows.length >= 4);
});
after(async () => {
  await house?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** What stands in the page for a language, as its reader sees it. */
async function program(slug, language, house) {
  const answer = await fetch(`${house.url}/api/docs/${slug}`);
  const html = await answer.text();
  assert.equal(answer.status, 200, html);
  const [, code] = html.match(new RegExp(`data-lang="${language}"><figcaption>[^<]*</figcaption><pre><code>([^]*?)</code>`));
  const marks = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return code.replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|amp);/g, (_, mark) => marks[mark]);
}

/** How a program ends, and what it says until then. */
async function run(command, args, folder, env = {}) {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  return { code, said };
}

/** Each language: what its programs need, and how one in a folder is run. */
const LANGUAGES = {
  async curl(code, folder) {
    await writeFile(join(folder, 'make.sh'), code);
    return run('bash', ['-euo', 'pipefail', 'make.sh'], folder);
  },
  async python(code, folder) {
    await writeFile(join(folder, 'make.py'), code);
    return run('python3', ['make.py'], folder);
  },
  async javascript(code, folder) {
    await writeFile(join(folder, 'make.mjs'), code);
    return run(process.execPath, ['make.mjs'], folder);
  },
  async rust(code, folder) {
    await cp(join(here, 'rust'), folder, { recursive: true });
    await mkdir(join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'src/main.rs'), code);
    const target = process.env.PARLOR_RUST_TARGET ?? join(here, '../../target/clients/rust');
    return run('cargo', ['run', '--quiet', '--locked'], folder, { CARGO_TARGET_DIR: target });
  },
};

/** Hands `work` a folder of its own that a picture is in. */
async function inFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'parlor-code-'));
  try {
    await writeFile(join(folder, 'picture.png'), redOverBlue(96, 64));
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names of the pictures that were made there. */
const made = async folder => (await readdir(folder)).filter(name => name.endsWith('.png') && name !== 'picture.png');

for (const [language, start] of Object.entries(LANGUAGES)) {
  test(`the program in ${language} needs nothing but what it names, and fetches all that each workflow makes`, async () => {
    for (const { slug } of workflows) {
      await inFolder(async folder => {
        const { code, said } = await start(await program(slug, language, house), folder);
        assert.equal(code, 0, `${slug} in ${language} said:\n${said}`);
        const pictures = await made(folder);
        assert.equal(pictures.length, slug === 'pair' ? 2 : 1, `${slug} in ${language} made ${pictures.join(', ') || 'nothing'}`);
        for (const name of pictures) {
          const begin = (await readFile(join(folder, name))).subarray(0, 4);
          assert.deepEqual(begin, PNG, `${slug} in ${language}: ${name}`);
        }
      });
    }
  });
}

test('a program whose picture is refused ends badly, and says why', async () => {
  // What is refused is no more than a status to the library that the one in Rust asks with.
  const { rust: _, ...languages } = LANGUAGES;
  for (const [language, start] of Object.entries(languages)) {
    await inFolder(async folder => {
      await writeFile(join(folder, 'picture.png'), 'no picture at all');
      const { code, said } = await start(await program('upscale', language, house), folder);
      assert.notEqual(code, 0, `${language} said:\n${said}`);
      assert.match(said, /not a PNG, JPEG, WebP or GIF picture/, language);
      assert.doesNotMatch(said, /JSON cannot be used/, language);
      assert.deepEqual(await made(folder), [], language);
    });
  }
});

test('a program whose job is stopped ends badly, says why, and leaves no picture', async () => {
  const slow = await House.open({ args: ['--engine-delay-ms', '200'] });
  const api = `${slow.url}/api/parlor/v1`;
  // The key of the programs: their jobs are those of the address.
  const headers = { Authorization: 'Bearer anonymous' };
  const stop = async () => {
    for (;;) {
      const { jobs } = await (await fetch(`${api}/jobs?status=running`, { headers })).json();
      if (jobs.length > 0) return fetch(`${api}/jobs/${jobs[0].id}/cancel`, { method: 'POST', headers });
    }
  };
  try {
    for (const [language, start] of Object.entries(LANGUAGES)) {
      await inFolder(async folder => {
        const running = start(await program('text-to-picture', language, slow), folder);
        await stop();
        const { code, said } = await running;
        assert.notEqual(code, 0, `${language} said:\n${said}`);
        assert.match(said, /canceled/, language);
        assert.deepEqual(await made(folder), [], language);
      });
    }
  } finally {
    await slow.close();
  }
});
