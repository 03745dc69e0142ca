// The studio as the host uses it.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * Signs the person behind this page in as the owner: with the link that the house wrote at its start, which is
 * good once, and after that as the same owner.
 */
export async function enterAsOwner(page, house) {
  if (house.owner) return page.context().addCookies(house.owner);
  const token = house.log.match(/#link=(\S+)/)?.[1];
  if (!token) throw new Error(`the house wrote no link for its owner:\n${house.log}`);
  const address = `${house.url}/api/parlor/v1/links/follow`;
  const headers = { origin: house.url };
  const answer = await page.request.post(address, { data: { token }, headers });
  if (!answer.ok()) throw new Error(`the owner was not let in: ${await answer.text()}`);
  house.owner = await page.context().cookies();
}

export class Studio {
  constructor(page) {
    this.page = page;
  }

  async open(house, path = 'studio') {
    this.house = house;
    await this.page.goto(`${house.url}/${path}`);
    return this;
  }

  /** Waits until the overview takes things in. */
  #ready() {
    return this.page.getByRole('button', { name: /^Drop a workflow/ }).waitFor();
  }

  /** Lets a file fall onto the page. */
  async drop(path) {
    await this.#ready();
    const [text, name] = [await readFile(path, 'utf8'), basename(path)];
    await this.page.evaluate(([text, name]) => {
      const held = new DataTransfer();
      held.items.add(new File([text], name, { type: 'application/json' }));
      const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: held });
      document.body.dispatchEvent(event);
    }, [text, name]);
  }

  /** Pastes a text while no field has the focus. */
  async paste(text) {
    await this.#ready();
    await this.page.evaluate(text => {
      const held = new DataTransfer();
      held.setData('text/plain', text);
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: held });
      document.body.dispatchEvent(event);
    }, text);
  }

  /** Looks at a field by its label. */
  async choose(label) {
    await this.page.locator('.slot__main').filter({ hasText: label }).first().click();
    await this.page.getByRole('heading', { name: label, level: 2, exact: true }).waitFor();
  }

  /** Waits until the server has it all. */
  async saved() {
    await this.page.getByText('Saved', { exact: true }).waitFor();
  }

  /** A setting of what is looked at, by its label. */
  setting(label) {
    return this.page.locator('.pane--one').getByLabel(label, { exact: true });
  }

  /** Writes a setting and waits until it is kept. */
  async set(label, text) {
    await this.setting(label).fill(text);
    await this.page.getByText('Saving…', { exact: true }).waitFor();
    await this.saved();
  }

  /** Chooses one of a setting's options by its words and waits until it is kept. */
  async pick(label, option) {
    const inside = { has: this.page.getByLabel(label, { exact: true }) };
    const folded = this.page.locator('.pane--one details:not([open])').filter(inside);
    if (await folded.count() > 0) await folded.locator('> summary').click();
    await this.setting(label).selectOption({ label: option });
    await this.page.getByText('Saving…', { exact: true }).waitFor();
    await this.saved();
  }

  /** Lets the next request like this wait; answers when it is asked, and what lets it go on. */
  async hold(method, path) {
    let ask, release;
    const asked = new Promise(resolve => { ask = resolve; });
    const released = new Promise(resolve => { release = resolve; });
    let isHeld = false;
    await this.page.route(path, async route => {
      if (!isHeld && route.request().method() === method) {
        isHeld = true;
        ask();
        await released;
      }
      await route.continue();
    });
    return { asked, release };
  }

  async publish(version) {
    await this.page.getByRole('button', { name: `Publish version ${version}` }).click();
    await this.page.getByText(`Version ${version} is published.`).waitFor();
  }

  /** What the preview shows of the form. */
  preview(label) {
    return this.page.locator('.preview').getByLabel(label, { exact: true });
  }
}
