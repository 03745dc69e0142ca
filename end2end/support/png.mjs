// Small pictures to hand in, made here so that no binary file lies in the repository.

import { deflateSync } from 'node:zlib';

/** A PNG of `width` × `height`, every pixel the `[r, g, b]` or `[r, g, b, alpha]` that `paint(x, y)` answers. */
export function png(width, height, paint) {
  const depth = paint(0, 0).length;
  const row = 1 + width * depth;
  const rows = Buffer.alloc(height * row);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      Buffer.from(paint(x, y)).copy(rows, y * row + 1 + x * depth);
    }
  }
  return wrap(width, height, deflateSync(rows), depth === 4 ? 6 : 2);
}

/** A mask: clear above, where a picture is to be painted anew. */
export function clearAbove(width = 256, height = 256) {
  return png(width, height, (_, y) => [0, 0, 0, y < height / 2 ? 0 : 255]);
}

/** A red sky over a blue ground: a composition that is easy to find again. */
export function redOverBlue(width = 384, height = 384) {
  return png(width, height, (_, y) => (y < height / 2 ? [205, 40, 35] : [30, 60, 190]));
}

/** A PNG that claims to be 30,000 × 30,000 and holds almost nothing. */
export function bomb() {
  return wrap(30_000, 30_000, deflateSync(Buffer.alloc(1_000_000)));
}

/** `colours` is the colour type of the format: 2 without, 6 with alpha. */
function wrap(width, height, data, colours = 2) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colours, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc(body), body.length + 4);
  return framed;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
