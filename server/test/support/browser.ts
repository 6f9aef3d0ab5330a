import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

/** The browser must answer within this time, also on a machine whose disk cache is cold. */
const LAUNCH_TIMEOUT_MS = 30_000;

/**
 * Starts the Chromium that comes inside `@sparticuz/chromium`; the caller closes it.
 *
 * Needs nothing from the machine but the C library (glibc 2.34 or later) and `tar`: the package's
 * own NSS, Expat and fonts are used, so that a bare Debian or Ubuntu x64 will do and pages look
 * alike on all of them. Unpacks once per version, beside the package, in about two seconds; test
 * processes that start together do not see each other's half-written files.
 *
 * Not the package's own `executablePath()`: that one unpacks into a world-writable folder, without
 * its libraries, and its arguments switch web security off, which would hide a broken policy.
 */
export async function launchBrowser(): Promise<Browser> {
  const home = await unpackedBrowser();
  return chromium.launch({
    executablePath: join(home, 'chromium'),
    args: [
      // Containers rarely allow the sandbox's namespaces, and only our own pages are opened.
      '--no-sandbox',
      '--no-zygote',
      '--disable-gpu',
      '--font-render-hinting=none',
    ],
    env: {
      ...definedEnv(),
      LD_LIBRARY_PATH: join(home, 'lib'),
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
      HOME: home,
    },
    timeout: LAUNCH_TIMEOUT_MS,
  });
}

/** The folder with `chromium`, `lib/`, `fonts/` and `fonts.conf`, made when it is not there yet. */
async function unpackedBrowser(): Promise<string> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@sparticuz/chromium');
  const root = join(dirname(entry), '..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const cache = join(root, '../../.cache');
  const home = join(cache, `milepost-chromium-${version}`);
  if (existsSync(home)) return home;

  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'unpacking-'));
  try {
    await Promise.all([
      unbrotli(join(root, 'bin/chromium.br'), join(draft, 'chromium')),
      untar(join(root, 'bin/al2023.tar.br'), draft),
      untar(join(root, 'bin/fonts.tar.br'), draft),
    ]);
    await chmod(join(draft, 'chromium'), 0o755);
    await writeFile(join(draft, 'fonts.conf'), fontsConf(home));
    // The rename is what makes it visible, whole. Losing the race to another process is as good.
    await rename(draft, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return home;
}

async function unbrotli(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

async function untar(from: string, folder: string): Promise<void> {
  const archive = join(folder, basename(from, '.br'));
  await unbrotli(from, archive);
  await promisify(execFile)('tar', ['-xf', archive, '-C', folder, '--no-same-owner']);
  await rm(archive);
}

/** The package's Open Sans first, then whatever the machine has (monospace, other scripts). */
function fontsConf(home: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${home}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${home}/cache</cachedir>
  <alias binding="strong">
    <family>sans-serif</family>
    <prefer><family>Open Sans</family></prefer>
  </alias>
  <alias binding="strong">
    <family>system-ui</family>
    <prefer><family>Open Sans</family></prefer>
  </alias>
  <alias binding="strong">
    <family>ui-monospace</family>
    <prefer><family>DejaVu Sans Mono</family></prefer>
  </alias>
</fontconfig>
`;
}

function definedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
