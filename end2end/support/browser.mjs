// The browser of the stories: the Chromium of this machine, driven by Playwright.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable'];

/** The widths we look at: a phone, a tablet held upright, a desk. */
export const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 820, height: 1180 },
  desk: { width: 1440, height: 900 },
};

/** Starts Chromium. `PARLOR_CHROMIUM` names another one than the usual. */
export function launch() {
  const executablePath = process.env.PARLOR_CHROMIUM ?? USUAL.find(existsSync);
  if (!executablePath) throw new Error('no Chromium found: install it, or name it in PARLOR_CHROMIUM');
  // Containers run as root and have a small /dev/shm; Chromium refuses both unless told.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/**
 * A person with a browser of their own: cookies, storage, size and theme are nobody else's.
 * `size` is a key of SIZES, `theme` 'dark' or 'light'.
 */
export async function person(browser, { size = 'desk', theme = 'dark' } = {}) {
  const touch = size === 'phone';
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    hasTouch: touch,
    isMobile: touch,
    // Movement would make the screenshots differ from run to run.
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', error => page.complaints.push(`uncaught: ${error.message}`));
  page.on('console', message => {
    if (message.type() === 'error') page.complaints.push(`console: ${message.text()}`);
  });
  return page;
}
