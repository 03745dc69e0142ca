// Opens one bound file of browser tests in Chromium and prints what they print.
// Called by `cargo xtask test`: node wasm-tests.mjs <folder with tests.js and tests_bg.wasm>

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { launch } from './support/browser.mjs';

const folder = process.argv[2];

// The test context writes its report into #output and asks for console lines through on_console_*.
const HTML = `<!doctype html><meta charset="utf-8"><title>tests</title><pre id="output"></pre>
<script>window.__wbg_test_invoke = f => f();</script>
<script type="module">
import init, * as tests from './tests.js';
await init({ module_or_path: 'tests_bg.wasm' });
const names = Object.keys(tests.__wasm).filter(name => name.startsWith('__wbgt_'));
if (names.length === 0) {
  window.verdict = { ok: true, report: 'no tests for a browser in this file' };
} else {
  for (const method of ['debug', 'log', 'info', 'warn', 'error']) {
    const own = console[method];
    console[method] = (...args) => { own.apply(console, args); tests['__wbgtest_console_' + method](args); };
  }
  const context = new tests.WasmBindgenTestContext(false);
  context.include_ignored(false);
  context.filtered_count(0);
  const ok = await context.run(names.map(name => tests.__wasm[name]));
  window.verdict = { ok, report: document.getElementById('output').textContent };
}
</script>`;

const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };

const server = createServer(async (request, response) => {
  if (request.url === '/') {
    response.setHeader('content-type', 'text/html').end(HTML);
    return;
  }
  try {
    const name = request.url.slice(1);
    if (!/^[\w.-]+$/.test(name)) throw new Error('not a plain name');
    const content = await readFile(join(folder, name));
    response.setHeader('content-type', TYPES[name.split('.').pop()] ?? 'text/plain').end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));

const browser = await launch();
const page = await browser.newPage();
let broken = null;
page.on('pageerror', error => { broken ??= error; });
await page.goto(`http://127.0.0.1:${server.address().port}/`);
// A debug build of the tests is large; compiling it in the browser takes a while.
const verdict = await page
  .waitForFunction(() => window.verdict, null, { timeout: 180_000 })
  .then(handle => handle.jsonValue())
  .catch(async error => ({ ok: false, report: `${await page.textContent('#output')}\n${broken ?? error}` }));
console.log(verdict.report.trim());
await browser.close();
server.close();
process.exitCode = verdict.ok ? 0 : 1;
