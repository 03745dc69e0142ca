// OpenAI's own JavaScript client, unmodified, against Parlor: base URL and key only.
//
// `OPENAI_BASE_URL` and `OPENAI_API_KEY` name the house. Ends with 0 when pictures come as they do from OpenAI.

import assert from 'node:assert/strict';

import OpenAI, { toFile } from 'openai';

const client = new OpenAI();
const small = { size: '256x256', steps: 4 };
const png = b64 => Buffer.from(b64, 'base64').subarray(1, 4).toString() === 'PNG';

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
const edited = await client.images.edit({ model: 'picture-to-picture', image, prompt: 'at night', steps: 4 });
assert.ok(png(edited.data[0].b64_json));

for (const [kind, asked] of [
  [OpenAI.NotFoundError, { prompt: 'x', model: 'no-such' }],
  [OpenAI.UnprocessableEntityError, { prompt: 'x', size: 'huge' }],
  [OpenAI.BadRequestError, { prompt: 5 }],
]) {
  await assert.rejects(client.images.generate(asked), refused => refused instanceof kind && Boolean(refused.message));
}
await assert.rejects(new OpenAI({ apiKey: 'sk-wrong' }).models.list(), refused => refused.code === 'invalid_api_key');
