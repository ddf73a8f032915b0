// Opens dialogs and menus, changes nothing, and takes their pictures.

export async function dialogs({ test, page, settings, shoot }) {
  const open = async (path) => {
    await page.goto(settings.url + path);
    await page.locator('.kv-page-title h1').waitFor();
  };
  const dialog = page.getByRole('dialog');
  const closed = async () => {
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  };
  const first = (collection) =>
    page.evaluate(
      async (name) => (await (await fetch(`/api/v1/${name}?limit=1&sort=name`)).json()).items[0],
      collection,
    );
  const firstHost = () => first('hosts');

  for (const theme of ['light', 'dark']) {
    await page.evaluate((chosen) => localStorage.setItem('kvorum.theme', chosen), theme);

    await test(`shows the dialogs of lists (${theme})`, async () => {
      for (const [path, button] of [
        ['/hosts', 'Add host'],
        ['/images', 'Upload image'],
        ['/templates', 'Make template from image'],
        ['/storage-domains', 'Add storage domain'],
        ['/networks', 'Add network'],
        ['/tokens', 'Create token'],
        ['/quotas', 'Create quota'],
        ['/instance-types', 'Create instance type'],
        ['/affinity-labels', 'Create label'],
      ]) {
        await open(path);
        await page.getByRole('button', { name: button }).first().click();
        await dialog.waitFor();
        await page.waitForTimeout(300);
        await shoot(`${theme}-dialog-${button.toLowerCase().replaceAll(' ', '-')}`);
        await closed();
      }
    });

    await test(`shows the dialogs of a cluster and a host (${theme})`, async () => {
      const main = page.locator('main');
      for (const [name, collection, place] of [
        ['clusters', 'clusters', main],
        ['hosts', 'hosts', main.locator('.kv-panel', { hasText: 'General' })],
        ['power-management', 'hosts', main.locator('.kv-panel', { hasText: 'Power management' })],
      ]) {
        const { id } = await first(collection);
        await open(`/${collection}/${id}`);
        await place
          .getByRole('button', { name: /^(Edit|Set up)$/ })
          .first()
          .click();
        await dialog.waitFor();
        await page.waitForTimeout(300);
        await shoot(`${theme}-dialog-of-${name}`);
        await closed();
      }
    });

    await test(`shows what a rolling maintenance asks for (${theme})`, async () => {
      const { id } = await first('clusters');
      await open(`/clusters/${id}/balancing`);
      const begin = page.getByRole('button', { name: 'Rolling maintenance…' });
      if ((await begin.getAttribute('aria-disabled')) === 'true') return; // A plan is open.
      await begin.click();
      await dialog.getByLabel('Hosts', { exact: true }).selectOption('named');
      await dialog.getByLabel('Names, one a line').waitFor();
      await shoot(`${theme}-dialog-rolling-maintenance`);
      await closed();
    });

    await test(`asks for the host's name before it believes that it is down (${theme})`, async () => {
      const host = await firstHost();
      await open(`/hosts/${host.id}`);
      await page.getByRole('button', { name: `Actions for ${host.name}` }).click();
      await page.waitForTimeout(400);
      await shoot(`${theme}-menu-host`);
      const item = page.getByRole('menuitem', { name: 'Confirm host is down' });
      if ((await item.getAttribute('aria-disabled')) === 'true') {
        await page.keyboard.press('Escape');
        return;
      }
      await item.click();
      const button = dialog.getByRole('button', { name: 'It is down' });
      if (await button.isEnabled()) throw new Error('The button works before the name is typed');
      await dialog.getByLabel(/^Type/).fill(host.name);
      if (await button.isDisabled()) throw new Error('The button does not work with the right name');
      await shoot(`${theme}-dialog-confirm-down`);
      await closed();
    });

    await test(`opens the steps of an operation and the user menu (${theme})`, async () => {
      await open('/operations');
      const details = page
        .locator('main')
        .getByRole('button', { name: /^Details of/ })
        .first();
      await details.click();
      await page.locator('main .kv-operation-details').waitFor();
      await page.getByRole('button', { name: 'User menu' }).click();
      await page.waitForTimeout(400);
      await shoot(`${theme}-operation-details`);
      await page.keyboard.press('Escape');
    });

    await test(`finds by the global search (${theme})`, async () => {
      const host = await firstHost();
      await page.keyboard.press('/');
      await page.keyboard.type(host.name);
      await page
        .getByRole('treeitem', { name: new RegExp(host.name) })
        .first()
        .waitFor();
    });
  }
}
