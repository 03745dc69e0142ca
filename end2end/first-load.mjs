// Counts what a first visit to an address transfers. Called by the bench: node first-load.mjs <address>

import { launch } from './support/browser.mjs';

const browser = await launch();
const page = await browser.newPage();
const session = await page.context().newCDPSession(page);
await session.send('Network.enable');
let bytes = 0;
let requests = 0;
session.on('Network.loadingFinished', ({ encodedDataLength }) => {
  bytes += encodedDataLength;
  requests += 1;
});
await page.goto(process.argv[2], { waitUntil: 'networkidle' });
await page.getByRole('button', { name: /^Create/ }).waitFor();
console.log(JSON.stringify({ bytes, requests }));
await browser.close();
