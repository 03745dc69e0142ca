// The run page as a person sees it: everything is found by its role and name.

export class RunPage {
  constructor(page) {
    this.page = page;
    this.composer = page.getByRole('form');
    this.prompt = page.getByRole('textbox', { name: 'Prompt' });
    this.create = page.getByRole('button', { name: /^Create/ });
    this.stop = page.getByRole('button', { name: /^Stop/ });
    this.stage = page.getByRole('region', { name: 'The picture being made' });
    this.preview = this.stage.getByRole('img', { name: /preview/i });
    this.nodes = page.getByRole('list', { name: /nodes/i }).getByRole('listitem');
    this.wall = page.getByRole('region', { name: 'Made here' });
    this.tiles = this.wall.getByRole('listitem');
    this.pictures = this.tiles.getByRole('img');
    this.frame = page.getByRole('dialog');
  }

  /** Opens the workflow `slug` of `house` and waits until it can be used. */
  async open(house, slug, { embedded = false } = {}) {
    await this.page.goto(`${house.url}/${embedded ? 'embed' : 'w'}/${slug}`);
    await this.create.waitFor();
    return this;
  }

  /** Writes a prompt and asks for the picture. */
  async ask(prompt) {
    await this.prompt.fill(prompt);
    await this.create.click();
  }

  /** Hands in a picture as a person does with the file dialog. */
  async handIn(name, content, mimeType = 'image/png') {
    await this.composer.locator('input[type=file]').setInputFiles({ name, mimeType, buffer: content });
  }

  /** What the form says is wrong, once it says so. */
  async complaint() {
    const words = this.composer.getByRole('alert').filter({ hasText: /\S/ }).first();
    await words.waitFor();
    return words.textContent();
  }

  /** Waits until the wall holds `count` pictures, loaded to the last byte. */
  async made(count) {
    await this.pictures.nth(count - 1).waitFor({ timeout: 60_000 });
    await this.page.waitForFunction(
      wanted => {
        const shown = [...document.querySelectorAll('li img')].filter(img => img.complete && img.naturalWidth > 0);
        return shown.length >= wanted;
      },
      count,
      { timeout: 20_000 },
    );
  }

  /** Notes from now on, how things are included, which previews and which states of the nodes are shown. */
  watch() {
    return this.page.evaluate(() => {
      const seen = { previews: new Set(), nodes: new Set() };
      const look = () => {
        const shown = document.querySelector('main section img[alt*="review"]')?.src;
        if (shown) seen.previews.add(shown);
        const states = [...document.querySelectorAll('[data-state]')].map(node => node.dataset.state);
        if (states.length > 0) seen.nodes.add(states.join(' '));
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
      look();
      window.seen = seen;
    });
  }

  /** What was seen, once the first picture is made. */
  async seenUntilMade() {
    await this.made(1);
    const [previews, nodes] = await this.page.evaluate(() => [[...window.seen.previews], [...window.seen.nodes]]);
    return { previews: new Set(previews), nodes: new Set(nodes) };
  }

  /** Opens the newest result in the frame. */
  async openNewest() {
    await this.tiles.first().getByRole('link').or(this.tiles.first().getByRole('button', { name: /^Open/ })).first().click();
    await this.frame.waitFor();
  }
}

/**
 * The mean colour of the upper and of the lower half of a picture at `url`, each `[r, g, b]`,
 * decoded by the browser so that every format counts.
 */
export function halves(page, url) {
  return page.evaluate(async address => {
    const image = await createImageBitmap(await (await fetch(address)).blob());
    const canvas = new OffscreenCanvas(16, 16);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, 16, 16);
    const mean = top => {
      const { data } = context.getImageData(0, top, 16, 8);
      const sums = [0, 0, 0];
      data.forEach((value, at) => { if (at % 4 < 3) sums[at % 4] += value; });
      return sums.map(sum => sum / (data.length / 4));
    };
    return [mean(0), mean(8)];
  }, url);
}
