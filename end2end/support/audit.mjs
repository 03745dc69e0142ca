// What must be true of every page a story ends on.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';

const folder = process.env.PARLOR_PICTURES ?? join(import.meta.dirname ?? '.', '../../target/end2end');

/** Fails when axe finds a fault that keeps somebody out. */
export async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(n => n.html).join('\n  ')}`);
  assert.deepEqual(told, [], `axe found faults at ${page.url()}`);
}

/** Fails when the page complained into the console, or scrolls sideways. */
export async function sound(page) {
  assert.deepEqual(page.complaints, []);
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `the page is ${content} px wide on a screen of ${screen} px`);
}

/** Keeps a screenshot as `target/end2end/<name>.png`. */
export async function picture(page, name) {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
