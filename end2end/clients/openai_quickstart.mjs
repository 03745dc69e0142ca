// OpenAI's own JavaScript client, unmodified, against Parlor: base URL and key only.
//
// `OPENAI_BASE_URL` and `OPENAI_API_KEY` name the house. Ends with 0 when pictures come as they do from OpenAI.

import assert from 'node:assert/strict';

import OpenAI, { toFile } from 'openai';

import { clearAbove } from '../support/png.mjs';

const client = new OpenAI();
const small = { size: '256x256', steps: 4 };
const png = b64 => Buffer.from(b64, 'base64').subarray(1, 4).toString() === 'PNG';

/** Parlor's own door, for what this client cannot ask: whatever came in by its own is there, too. */
async function house(path, method = 'GET') {
  const { origin } = new URL(process.env.OPENAI_BASE_URL);
  const headers = { Authorization: `Bearer ${process.env.OPENAI_API_KEY}` };
  const answer = await fetch(`${origin}/api/parlor/v1/${path}`, { method, headers });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
}

/** How many jobs there are, and what the latest is. */
async function jobs() {
  const { total, jobs: [latest] } = await house('jobs');
  return { total, latest };
}

const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.ok(models.includes('text-to-picture') && models.includes('gpt-image-1'), `${models}`);
assert.equal((await client.models.retrieve('gpt-image-1')).object, 'model');

const made = await client.images.generate({ model: 'gpt-image-1', prompt: 'a red hill', n: 2, quality: 'low', ...small });
assert.equal(made.data.length, 2);
assert.ok(made.data.every(one => png(one.b64_json)));

const linked = await client.images.generate({ prompt: 'a red hill', response_format: 'url', ...small });
// On a free port of the system's choice a house does not know which it got.
const { pathname } = new URL(linked.data[0].url);
const picture = await fetch(new URL(pathname, process.env.OPENAI_BASE_URL));
assert.equal(picture.headers.get('content-type'), 'image/png');

const stream = await client.images.generate({ prompt: 'a blue lake', stream: true, partial_images: 2, size: '256x256', steps: 12 });
const seen = [];
for await (const event of stream) seen.push(`${event.type} ${event.partial_image_index ?? ''}`.trim());
const partial = 'image_generation.partial_image';
assert.deepEqual(seen, [`${partial} 0`, `${partial} 1`, 'image_generation.completed']);

const image = await toFile(Buffer.from(made.data[0].b64_json, 'base64'), 'hill.png', { type: 'image/png' });
for (const [more, maker] of [
  [{ model: 'picture-to-picture' }, 'picture-to-picture'],
  [{}, 'picture-to-picture'],
  // The host's name for what makes pictures of words alone; a file of which nothing is made here.
  [{ model: 'gpt-image-1', markup: image }, 'picture-to-picture'],
  [{ mask: await toFile(clearAbove(), 'mask.png', { type: 'image/png' }) }, 'inpaint'],
]) {
  const edited = await client.images.edit({ image, prompt: 'at night', steps: 4, ...more });
  assert.ok(png(edited.data[0].b64_json));
  assert.equal((await jobs()).latest.workflow, maker);
}
seen.length = 0;
for await (const event of await client.images.edit({ image, prompt: 'at dawn', stream: true, partial_images: 1, steps: 12 })) {
  seen.push(event.type);
  assert.ok(event.b64_json);
}
assert.deepEqual(seen, ['image_edit.partial_image', 'image_edit.completed']);

// What was stopped or is late was made once, and is not asked for again.
const before = (await jobs()).total;
const stopped = assert.rejects(client.images.generate({ prompt: 'a slow hill', size: '256x256', steps: 60 }), OpenAI.ConflictError);
while ((await jobs()).total === before) await new Promise(soon => setTimeout(soon, 20));
await house(`jobs/${(await jobs()).latest.id}/cancel`, 'POST');
await stopped;
assert.equal((await jobs()).total, before + 1);
const late = client.images.generate({ prompt: 'a late hill', ...small }, { headers: { Prefer: 'wait=0' } });
await assert.rejects(late, refused => refused instanceof OpenAI.InternalServerError && refused.status === 504);
assert.equal((await jobs()).total, before + 2);

for (const [kind, asked] of [
  [OpenAI.NotFoundError, { prompt: 'x', model: 'no-such' }],
  [OpenAI.UnprocessableEntityError, { prompt: 'x', size: 'huge' }],
  [OpenAI.BadRequestError, { prompt: 5 }],
]) {
  await assert.rejects(client.images.generate(asked), refused => refused instanceof kind && Boolean(refused.message));
}
await assert.rejects(client.images.edit({ image, prompt: 'x', size: '1024x1024' }), refused => refused.param === 'size');
await assert.rejects(
  client.images.edit({ image: await toFile(Buffer.from('no picture'), 'a.png'), prompt: 'x' }),
  refused => refused.param === 'image',
);
await assert.rejects(new OpenAI({ apiKey: 'sk-wrong' }).models.list(), refused => refused.code === 'invalid_api_key');
