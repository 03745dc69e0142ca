// Native ComfyUI: its own page, its own command line and scripts with websocket-client, as they come from their
// registries. All they are told is where.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { launch, person } from '../support/browser.mjs';
import { House } from '../support/house.mjs';

const run = promisify(execFile);
const python = process.env.PARLOR_PYTHON ?? 'python3';

let house;

before(async () => {
  const where = 'import comfyui_frontend_package as page, pathlib; print(pathlib.Path(page.__file__).parent / "static")';
  const { stdout } = await run(python, ['-c', where]);
  house = await House.open({ args: ['--engine-delay-ms', '20', '--comfy-frontend', stdout.trim()] });
});

after(() => house?.close());

const node = (class_type, inputs) => ({ class_type, inputs });

/** A small picture of a fox, another one each time. */
function fox() {
  const seed = Math.floor(Math.random() * 1e9);
  return {
    1: node('CheckpointLoaderSimple', { ckpt_name: 'parlor-painter.safetensors' }),
    2: node('CLIPTextEncode', { text: 'a red fox', clip: ['1', 1] }),
    3: node('CLIPTextEncode', { text: 'blurry', clip: ['1', 1] }),
    4: node('EmptyLatentImage', { width: 64, height: 64, batch_size: 1 }),
    5: node('KSampler', {
      seed, steps: 4, cfg: 4, sampler_name: 'euler', scheduler: 'normal', denoise: 1,
      model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['4', 0],
    }),
    6: node('VAEDecode', { samples: ['5', 0], vae: ['1', 2] }),
    7: node('SaveImage', { filename_prefix: 'fox', images: ['6', 0] }),
  };
}

test("comfy-cli of PyPI runs a workflow by host and port", async () => {
  const home = join(house.data, 'comfy-cli');
  await mkdir(home, { recursive: true });
  const file = join(home, 'fox.json');
  await writeFile(file, JSON.stringify(fox()));
  const env = { ...process.env, HOME: home, DO_NOT_TRACK: '1' };
  const comfy = join(dirname(python), 'comfy');
  await run(comfy, ['--skip-prompt', 'tracking', 'disable'], { env });
  const { hostname, port } = new URL(house.url);
  const args = ['--skip-prompt', 'run', '--workflow', file, '--host', hostname, '--port', port, '--wait', '--verbose'];
  const { stdout } = await run(comfy, args, { env, timeout: 60_000 });
  const said = JSON.parse(stdout.slice(stdout.indexOf('{')));
  assert.equal(said.data.status, 'completed', stdout);
  assert.deepEqual(said.data.executed_node_ids, ['1', '2', '3', '4', '5', '6', '7']);
  const [picture] = said.data.outputs;
  const answer = await fetch(picture);
  assert.equal(answer.headers.get('content-type'), 'image/png', picture);
  assert.ok((await answer.arrayBuffer()).byteLength > 1000);
});

test('a script with websocket-client of PyPI waits, and fetches what was made', async () => {
  const env = { ...process.env, PARLOR_SERVER: new URL(house.url).host };
  await run(python, ['websocket_script.py'], { cwd: import.meta.dirname, env, timeout: 60_000 });
});

test("ComfyUI's own page loads at /comfy/ and runs a graph", async () => {
  const browser = await launch();
  try {
    const page = await person(browser);
    const heard = [];
    page.on('websocket', socket => {
      socket.on('framereceived', ({ payload }) => {
        heard.push(typeof payload === 'string' ? JSON.parse(payload).type : 'preview');
      });
    });
    // Who comes for the first time is shown templates before anything else.
    const been = { data: { 'Comfy.TutorialCompleted': true } };
    assert.equal((await page.request.post(`${house.url}/settings`, been)).status(), 200);
    await page.goto(`${house.url}/comfy/`);
    const ready = () => window.app?.graph && window.LiteGraph?.registered_node_types?.KSampler;
    await page.waitForFunction(ready, null, { timeout: 60_000 });
    await page.evaluate(graph => window.app.loadApiJson(graph, 'fox.json'), fox());
    const shown = page.waitForResponse(answer => answer.url().includes('/view?'), { timeout: 60_000 });
    await page.getByRole('button', { name: 'Run', exact: true }).first().click();
    const picture = await shown;
    assert.equal(picture.status(), 200);
    assert.match(picture.url(), /\/comfy\/api\/view\?filename=fox_/);
    await page.getByText('Job completed').waitFor();
    for (const kind of ['execution_start', 'preview', 'progress_state', 'executed', 'execution_success']) {
      assert.ok(heard.includes(kind), `${kind} is told: ${heard}`);
    }
    const { jobs } = await (await page.request.get(`${house.url}/api/parlor/v1/jobs`)).json();
    assert.equal(jobs[0].status, 'succeeded', 'the gallery has it too');
    const faults = page.complaints.filter(complaint => complaint.startsWith('uncaught'));
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
  }
});
