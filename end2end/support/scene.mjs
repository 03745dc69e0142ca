// The house and the browser that the stories of one file share.

import { after, before } from 'node:test';

import { launch, person } from './browser.mjs';
import { House } from './house.mjs';
import { RunPage } from './run-page.mjs';

/**
 * Opens a house before the stories of this file and closes it after them; `options` are those of
 * `House.open`. `visit(slug, options)` brings a new person to the run page of a workflow;
 * `options` are those of `person`.
 */
export function scene(options = {}) {
  const shared = {
    house: null,
    browser: null,
    person: wishes => person(shared.browser, wishes),
    visit: async (slug, wishes) => new RunPage(await shared.person(wishes)).open(shared.house, slug),
  };
  before(async () => {
    shared.house = await House.open(options);
    shared.browser = await launch();
  });
  after(async () => {
    await shared.browser?.close();
    await shared.house?.close();
  });
  return shared;
}
