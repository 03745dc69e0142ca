// Files in pieces: tus-js-client, as it comes from npm. All it is told is where to.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileUrlStorage, Upload } from 'tus-js-client';

import { House } from '../support/house.mjs';
import { png } from '../support/png.mjs';

const CHUNK = 100_000;

/** A picture that no compression makes small. */
function noise() {
  return png(384, 384, () => randomBytes(3));
}

/** Uploads until `stop(sent)` says so, or to the end; the offset it began at, and the last answer. */
async function upload(house, picture, { stop = () => false, previous = null, storage }) {
  let began = null;
  const answer = await new Promise((resolve, reject) => {
    const upload = new Upload(picture, {
      endpoint: `${house.url}/api/parlor/v1/uploads/resumable`,
      metadata: { filename: 'noise.png', filetype: 'image/png' },
      chunkSize: CHUNK,
      retryDelays: null,
      urlStorage: storage,
      onProgress: sent => (began ??= sent),
      onChunkComplete: (_, sent) => {
        if (stop(sent)) upload.abort().then(() => resolve(null), reject);
      },
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve(lastResponse),
    });
    if (previous) upload.resumeFromPreviousUpload(previous);
    upload.start();
  });
  return { began, answer };
}

test('tus-js-client goes on where it was broken off, also by a house that was killed', async context => {
  let house = await House.open();
  context.after(() => house.close());
  const picture = noise();
  assert(picture.length > 3 * CHUNK);
  const storage = new FileUrlStorage(join(house.data, 'tus.json'));

  const first = await upload(house, picture, { stop: sent => sent >= CHUNK, storage });
  assert.equal(first.answer, null, 'it was broken off');
  const { port } = new URL(house.url);
  await house.kill();
  house = await House.open({ data: house.data, port: Number(port) });

  const [previous] = await storage.findAllUploads();
  const second = await upload(house, picture, { previous, storage });
  assert(second.began >= CHUNK, `what was acknowledged is not sent again: ${second.began}`);
  const at = second.answer.getHeader('Content-Location');
  const back = await fetch(new URL(at, house.url));
  assert.equal(back.headers.get('content-type'), 'image/png');

  const whole = await fetch(`${house.url}/api/parlor/v1/uploads?name=noise.png`, {
    method: 'POST', headers: { 'Content-Type': 'image/png' }, body: picture,
  });
  assert(at.endsWith((await whole.json()).id), 'the same bytes are the same upload');
});

test('tus-js-client can give a file up', async context => {
  const house = await House.open();
  context.after(() => house.close());
  const storage = new FileUrlStorage(join(house.data, 'tus.json'));
  await upload(house, noise(), { stop: sent => sent >= CHUNK, storage });
  const [previous] = await storage.findAllUploads();
  await Upload.terminate(previous.uploadUrl);
  assert.equal((await fetch(previous.uploadUrl, { method: 'HEAD' })).status, 404);
});
