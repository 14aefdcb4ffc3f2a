// test/browser/chromium.ts: Chromium on a machine without a screen, or what to install.
import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Before all tests. @throws Error that says what to install */
export function setup() {
  try {
    accessSync(PATH, constants.X_OK);
  } catch {
    throw new Error(
      `no Chromium at ${PATH}. Install it: apt-get update && apt-get install -y chromium; or set CHROMIUM_PATH to one.`,
    );
  }
}

export const startChromium = (): Promise<Browser> => chromium.launch({ executablePath: PATH, args: ARGUMENTS });
