// Comfy's own TypeScript SDK, unmodified, against Parlor: base URL and key only.
//
// `COMFY_BASE_URL` and `COMFY_API_KEY` name the house; the first argument is a
// folder for files. Ends with 0 when everything its quick start promises holds.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { Comfy } from '@comfyorg/sdk';

const [folder, checkpoint] = process.argv.slice(2);
const client = new Comfy({ apiKey: process.env.COMFY_API_KEY });

/** Text to picture, as ComfyUI exports it. */
function painting(steps, seed) {
  const encode = (text) => ({ class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } });
  const sampler = {
    seed, steps, cfg: 7, sampler_name: 'euler', scheduler: 'normal', denoise: 1,
    model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0],
  };
  return {
    4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: checkpoint } },
    5: { class_type: 'EmptyLatentImage', inputs: { width: 256, height: 256, batch_size: 1 } },
    6: encode('a blue hill'),
    7: encode(''),
    3: { class_type: 'KSampler', inputs: sampler },
    8: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    9: { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'ComfyUI' } },
  };
}

// Submit, follow, download.
const job = await client.submit(client.workflows.fromJson(painting(12, 11)));
const seen = [];
for await (const event of job.events()) seen.push(event);
for (const kind of ['progress', 'preview', 'outputReady', 'statusChange']) {
  assert.ok(seen.some((event) => event.kind === kind), `no ${kind} among ${seen.map((e) => e.kind)}`);
}
assert.equal(seen.at(-1).status, 'succeeded');
const [made] = (await job.result()).getOutputs('9');
const file = path.join(folder, 'made-by-js.png');
await made.toFile(file);
const picture = await readFile(file);
assert.equal(picture.subarray(1, 4).toString(), 'PNG');

// The same from its id alone, and the graph behind it.
const found = await client.jobs.get(job.id);
assert.equal(found.status, 'succeeded');
const workflow = await found.getWorkflow();
assert.equal(workflow.format, 'api');
assert.equal(workflow.workflow[3].inputs.steps, 12);

// Hand in a file; the same bytes are not sent again. Run what reads it.
const photo = client.assets.fromFile(file);
await photo.commit();
const again = client.assets.fromFile(file);
await again.commit();
assert.equal(again.createdNew, false);
const other = client.assets.fromBytes(picture, { filename: 'other.png' });
await other.commit();
assert.equal(await other.hash(), await photo.hash());
assert.notEqual(other.id, photo.id);
const inverts = client.workflows.fromJson({
  1: { class_type: 'LoadImage', inputs: {} },
  2: { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
  3: { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'ComfyUI' } },
});
inverts.setInput('1', 'image', photo);
const first = await client.submit(inverts);
const [turned] = (await first.result()).getOutputs('3');
const pixels = await turned.toBytes();

// What a job ran is what was sent, files and all, and runs again.
const sent = (await (await client.jobs.get(first.id)).getWorkflow()).workflow;
assert.equal(sent[1].inputs.image.info.id, photo.id);
const [repeated] = (await client.run(client.workflows.fromJson(sent))).getOutputs('3');
assert.deepEqual(await repeated.toBytes(), pixels);

// Stop one.
const slow = await client.submit(client.workflows.fromJson(painting(100, 12)));
await slow.cancel();
await slow.wait(60_000);
assert.equal(slow.status, 'canceled');

// What cannot be done is said in a way that the SDK understands.
const shell = client.workflows.fromJson({ 1: { class_type: 'Shell', inputs: {} } });
await assert.rejects(client.submit(shell), { code: 'invalid_workflow' });
await photo.delete();
await assert.rejects(client.assets.get(again.id), { code: 'not_found' });
assert.equal((await client.assets.get(other.id)).filePath, 'other.png', 'the same bytes under another path');
console.log('@comfyorg/sdk: upload with dedup, run, events, previews, download, cancel, workflow');
