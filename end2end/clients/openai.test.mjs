// OpenAI's images API: OpenAI's own clients, as they come from PyPI and from npm.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { House } from '../support/house.mjs';

const API = 'api/parlor/v1';

/** What paints anew where a mask is clear, as ComfyUI exports it. */
const INPAINT = {
  1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'parlor-painter.safetensors' } },
  2: { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['1', 1] } },
  3: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
  4: { class_type: 'LoadImageMask', inputs: { image: 'a.png', channel: 'alpha' } },
  5: { class_type: 'VAEEncodeForInpaint', inputs: { pixels: ['3', 0], vae: ['1', 2], mask: ['4', 0], grow_mask_by: 6 } },
  6: {
    class_type: 'KSampler',
    inputs: {
      seed: 0, steps: 2, cfg: 4, sampler_name: 'euler', scheduler: 'normal', denoise: 1,
      model: ['1', 0], positive: ['2', 0], negative: ['2', 0], latent_image: ['5', 0],
    },
  },
  7: { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['1', 2] } },
  8: { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'x' } },
};

/** Publishes it, as whoever is at home may. */
async function publishInpaint(house) {
  // Only an open ComfyUI says which of its inputs are fields.
  while (!(await (await fetch(`${house.url}/${API}/house`)).json()).open) await new Promise(soon => setTimeout(soon, 50));
  const said = async (path, type, body) => {
    const answer = await fetch(`${house.url}/${API}/studio/${path}`, { method: 'POST', headers: { 'Content-Type': type }, body });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  const { draft } = await said('import?name=inpaint.json', 'application/octet-stream', JSON.stringify(INPAINT));
  await said('workflows/inpaint/publish', 'application/json', JSON.stringify({ revision: draft.revision }));
}

/** Runs a program of an own client with the address of a house and a key, and nothing else. */
async function works(context, program, args) {
  const house = await House.open({ args: ['--engine-delay-ms', '20', '--alias', 'gpt-image-1=text-to-picture'] });
  context.after(() => house.close());
  await publishInpaint(house);
  const made = await fetch(`${house.url}/${API}/me/keys`, {
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

test('openai of PyPI makes, streams and edits pictures, and asks for none twice', context =>
  works(context, process.env.PARLOR_PYTHON ?? 'python3', ['openai_quickstart.py']));

test('openai of npm makes, streams and edits pictures, and asks for none twice', context =>
  works(context, process.execPath, ['openai_quickstart.mjs']));
