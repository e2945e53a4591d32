// node dev/screenshots.mjs [FOLDER]: walks through every page in Chromium (after `npm run build`) and takes pictures, wide
// and narrow, light and dark. Fails when a page breaks the content security policy, writes an error to the console, asks
// another host, or has a flaw in accessibility that axe finds.
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { startPreview } from './preview.mjs';

const folder = process.argv[2] ?? 'dist-screenshots';
mkdirSync(folder, { recursive: true });

const server = await startPreview();
const base = `http://localhost:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const complaints = [];

const query = new URLSearchParams({
  client_id: 'photo-album',
  redirect_uri: 'https://photos.example.com/auth/sigma/callback',
  scope: 'openid profile email offline_access album.read',
  bapId: '2hkXShodAo7wtaJ57Rxp8AQ1JwsT',
  ba_scope: 'openid profile email offline_access album.read',
  sig: 'mock',
});

const looks = [
  { name: 'wide-light', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark', deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  { name: 'phone-light', viewport: { width: 320, height: 640 }, colorScheme: 'light', deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  { name: 'wide-dark', viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
];

async function walk({ name: look, ...options }) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  // bitcoin-backup says so itself when a password was wrong.
  const meant = /^All decryption attempts failed/;
  page.on('console', (message) => message.type() === 'error' && !meant.test(message.text()) && complaints.push(`${look}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`${look}: ${error.message}`));
  page.on('request', (request) => new URL(request.url()).origin === base || request.url().startsWith('data:') || complaints.push(`${look}: asked ${request.url()}`));

  let number = 0;
  const shoot = async (title) => {
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, nodes } of violations) complaints.push(`${look} ${title}: axe ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) complaints.push(`${look} ${title}: ${overflow}px too wide`);
    await page.screenshot({ path: `${folder}/${look}-${String(++number).padStart(2, '0')}-${title}.png`, fullPage: true });
  };
  const press = (text) => page.getByRole('button', { name: text, exact: true }).click();

  await page.request.post(`${base}/api/auth/sign-out`, { data: {} });
  await page.goto(`${base}/`);
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await shoot('signed-out');
  await page.goto(`${base}/login?${query}`);
  await page.getByRole('heading', { name: 'Sign in to Photo Album' }).waitFor();
  await shoot('welcome');
  await press('Use recovery words');
  await page.getByLabel('Your 12 to 24 words').fill('abandon abandon abuot');
  await press('Continue');
  await shoot('words-wrong');
  await page.getByLabel('Your 12 to 24 words').fill(`${'abandon '.repeat(11)}about`);
  await page.getByText('These words have a passphrase').click();
  await shoot('words');
  await press('Continue');
  await page.getByRole('heading', { name: 'Your identity is ready' }).waitFor();
  await shoot('keep');
  await press('Back');
  await press('Use a private key (WIF)');
  await page.getByLabel('Private key (WIF)').fill('hello');
  await press('Continue');
  await shoot('wif-wrong');
  await press('Back');
  await press('Create a new identity');
  await page.getByLabel('Name').fill('Ada at home');
  await shoot('create-name');
  await press('Continue');
  const words = await page.locator('.words li').evaluateAll((items) => items.map((item) => item.lastChild.textContent));
  await shoot('create-words');
  await press('I have written them down');
  const labels = await page.locator('label').allTextContents();
  await page.getByLabel(labels[0]).fill('zebra');
  await page.getByLabel(labels[1]).fill(words[Number(labels[1].match(/\d+/)[0]) - 1]);
  await press('Continue');
  await shoot('create-check-wrong');
  await page.getByLabel(labels[0]).fill(words[Number(labels[0].match(/\d+/)[0]) - 1]);
  await press('Continue');
  await page.getByLabel('Password for this device', { exact: true }).fill('short');
  await press('Create identity');
  await shoot('create-password');
  await page.getByLabel('Password for this device', { exact: true }).fill('correct horse');
  await page.getByLabel('Repeat the password', { exact: true }).fill('correct horse');
  await press('Create identity');
  await page.getByRole('heading', { name: 'Your identity is ready' }).waitFor();
  await shoot('create-saved');
  await press('Continue and sign in');
  await page.waitForURL('**/select-identity?**');
  await page.getByRole('radio').first().waitFor();
  await shoot('select-identity');
  await press('Continue');
  await page.waitForURL('**/consent?**');
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
  await shoot('consent');
  await page.goto(`${base}/consent?${query.toString().replace('photo-album', 'nobody')}`);
  await page.getByRole('heading', { name: 'This request cannot be answered' }).waitFor();
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('404'))); // that was the point
  await shoot('consent-unknown');
  await page.goto(`${base}/device`);
  await page.getByLabel('Code', { exact: true }).pressSequentially('wxyz2346');
  await shoot('device-code');
  await press('Continue');
  await page.getByText('This code is not valid (any more)').waitFor();
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('400'))); // that was the point
  await shoot('device-code-wrong');
  await page.goto(`${base}/device?code=WXYZ-2345`);
  await press('Yes, it shows this code');
  await page.getByRole('heading', { name: 'Living Room TV asks for access on a device' }).waitFor();
  await shoot('device-ask');
  await press('Allow');
  await page.getByRole('heading', { name: 'Living Room TV is allowed' }).waitFor();
  await shoot('device-allowed');
  await page.goto(`${base}/device?user_code=freename`);
  await shoot('device-link');
  await press('Yes, it shows this code');
  await page.getByText('Not verified.').waitFor();
  await shoot('device-unverified');
  await press('Don’t allow');
  await page.getByRole('heading', { name: 'your-app-name was refused' }).waitFor();
  await shoot('device-refused');
  await page.goto(`${base}/`);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await shoot('signed-in');
  await press('Sign out');
  await page.goto(`${base}/login`);
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill('wrong password');
  await press('Unlock with password');
  await page.getByText('That is not the password').waitFor();
  await press('Forgot the password?');
  await shoot('unlock-wrong');
  await page.goto(`${base}/error`);
  await shoot('error');
  await context.close();
}

try {
  for (const look of looks) await walk(look);
} finally {
  await browser.close();
  server.close();
}
if (complaints.length > 0) {
  console.error(complaints.join('\n'));
  process.exitCode = 1;
}
