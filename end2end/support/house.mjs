// A Parlor of one's own: the real binary on a free port, with an empty data folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_MS = 20_000;

export class House {
  /**
   * Opens a house and waits until it says where.
   *
   * `args` are more flags of the binary; `config` is the text of its configuration file; `data` and
   * `port` are those of an earlier house to move back into.
   */
  static async open({ args = [], config = null, data = null, port = 0 } = {}) {
    const house = new House();
    house.data = data ?? (await mkdtemp(join(tmpdir(), 'parlor-house-')));
    const all = ['--listen', `127.0.0.1:${port}`, '--data', house.data, ...args];
    if (config !== null) {
      const file = join(house.data, 'parlor.toml');
      await writeFile(file, config);
      all.push('--config', file);
    }
    await house.#start(all, port);
    return house;
  }

  async #start(args, port) {
    const binary = process.env.PARLOR_BINARY;
    if (!binary) throw new Error('PARLOR_BINARY is not set: run the stories with `cargo xtask test stories`');
    this.log = '';
    this.process = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.process, 'exit');
    this.url = await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(this.#fault('said no address in time')), START_MS);
      const settle = (settled, value) => (clearTimeout(late), settled(value));
      const read = chunk => {
        this.log += chunk;
        const address = this.log.match(/Parlor is open at (\S+)/);
        // Behind a proxy it says what people type, and not where it listens.
        if (address) settle(resolve, port ? `http://127.0.0.1:${port}` : address[1]);
      };
      this.process.stdout.on('data', read);
      this.process.stderr.on('data', read);
      this.process.on('error', error => settle(reject, error));
      this.process.on('exit', code => settle(reject, this.#fault(`ended with ${code}`)));
    });
  }

  #fault(what) {
    return new Error(`the house ${what}; it wrote:\n${this.log}`);
  }

  /** Asks it to close as an operator would, and answers with its exit code. */
  async stop() {
    this.process.kill('SIGTERM');
    const [code] = await this.ended;
    return code;
  }

  /** Ends it without a word, as a power cut would. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Stops it if it still runs, and clears its folder away. */
  async close() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }
}
