// What an administrator does on a first day, in order.

/** Colours on the canvas: a console that shows nothing has one. */
const hasColours = () => {
  const canvas = document.querySelector('.kv-console-screen canvas');
  const context = canvas?.getContext('2d');
  if (!canvas?.width || !context) return false;
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4 * 97) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  return seen.size > 1;
};

export async function journey({ test, page, context, settings, shoot }) {
  const name = `e2e-${Date.now().toString(36)}`;
  const state = () => page.locator('.kv-page-subtitle');

  await test('refuses a wrong password in words', async () => {
    await page.goto(`${settings.url}/vms`);
    await page.getByLabel('User name').fill(settings.user);
    await page.getByLabel('Password', { exact: true }).fill('certainly wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('.kv-problem').waitFor();
    await shoot('00-login');
  });

  await test('logs in and goes where the person wanted', async () => {
    await page.getByLabel('Password', { exact: true }).fill(settings.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Virtual machines' }).waitFor();
  });

  await test('makes a VM from a template', async () => {
    await page.getByRole('button', { name: 'Create VM' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(name);
    await page.waitForFunction(() => document.querySelector('#field-templateId')?.value);
    await shoot('01-create-vm');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  });

  await test('sees it come up without a reload', async () => {
    await state()
      .getByText('Up', { exact: true })
      .waitFor({ timeout: settings.startSeconds * 1000 });
    await shoot('02-vm-up');
  });

  await test('shows what of the VM can be changed', async () => {
    await page.locator('main').getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await page.waitForTimeout(300);
    await shoot('02-edit-vm');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  await test('shows the screen of the VM', async () => {
    const [console_] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Console', exact: true }).click(),
    ]);
    await console_.locator('[data-connection="connected"]').waitFor({ timeout: 20_000 });
    await console_.waitForFunction(hasColours, undefined, { timeout: 30_000 });
    await shoot('03-console', console_);
    await console_.close();
  });

  await test('migrates it where the dialog says, and why', async () => {
    const hostOf = () => page.locator('.kv-facts a[href^="/hosts/"]').first().textContent();
    const before = await hostOf();
    await page.getByRole('button', { name: 'Migrate…' }).click();
    await page.locator('.kv-verdict').first().waitFor();
    await shoot('04-migrate');
    await page.getByRole('dialog').getByRole('button', { name: 'Migrate', exact: true }).click();
    await page.waitForFunction(
      (old) => {
        const host = document.querySelector('.kv-facts a[href^="/hosts/"]')?.textContent;
        const up = document.querySelector('.kv-page-subtitle')?.textContent === 'Up';
        return up && host && host !== old;
      },
      before,
      { timeout: settings.startSeconds * 1000 },
    );
  });

  await test('deletes it, asking first', async () => {
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Force off' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Force off' }).click();
    await state().getByText('Down', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Virtual machines' }).waitFor();
    await page.locator('.kv-table').getByText(name).waitFor({ state: 'detached', timeout: 60_000 });
  });
}
