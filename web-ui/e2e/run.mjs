// Browser tests against a running engine. KVORUM_URL, KVORUM_USER, KVORUM_PASSWORD say which and as whom;
// KVORUM_SCREENSHOTS is where pictures of the pages go; KVORUM_CHROMIUM is the browser. KVORUM_PARTS names what is done
// (journey, scheduling, dialogs, pictures; plans needs a cluster that is out of balance and in review).
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { dialogs } from './dialogs.mjs';
import { journey } from './journey.mjs';
import { pictures } from './pictures.mjs';
import { plans } from './plans.mjs';
import { scheduling } from './scheduling.mjs';

const settings = {
  url: (process.env.KVORUM_URL ?? 'http://localhost:8080').replace(/\/$/, ''),
  user: process.env.KVORUM_USER ?? 'admin',
  password: process.env.KVORUM_PASSWORD ?? 'admin',
  screenshots: process.env.KVORUM_SCREENSHOTS ?? 'screenshots',
  parts: (process.env.KVORUM_PARTS ?? 'journey,scheduling,dialogs,pictures').split(','),
  startSeconds: Number(process.env.KVORUM_START_SECONDS ?? 120),
};
mkdirSync(settings.screenshots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.KVORUM_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ignoreHTTPSErrors: true });
const page = await context.newPage();
const complaints = [];
page.on('pageerror', (error) => complaints.push(error.message));

let passed = 0;
let failed = 0;
const shoot = (name, of = page) => of.screenshot({ path: join(settings.screenshots, `${name}.png`) });
async function test(name, body) {
  const started = Date.now();
  try {
    await body();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.message).split('\n').slice(0, 6).join('\n        ')}`);
    await shoot(`failed-${name.replace(/\W+/g, '-')}`).catch(() => undefined);
  }
}

async function logIn() {
  await page.goto(settings.url);
  await page.getByLabel('User name').fill(settings.user);
  await page.getByLabel('Password', { exact: true }).fill(settings.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('.kv-page-title h1').waitFor();
}

try {
  const parts = { journey, scheduling, plans, dialogs, pictures };
  if (!settings.parts.includes('journey')) await logIn();
  for (const part of settings.parts) await parts[part]({ test, page, context, settings, shoot });
  await test('no page throws', () => {
    if (complaints.length) throw new Error(complaints.join('\n'));
  });
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
