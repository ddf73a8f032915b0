// Where VMs go and why: previews, explanations, affinity groups, policies. Makes two VMs and deletes them again.
import { all, call, until } from './api.mjs';

export async function scheduling({ test, page, settings, shoot }) {
  const stamp = Date.now().toString(36);
  const names = [`e2e-one-${stamp}`, `e2e-two-${stamp}`];
  const group = `e2e-apart-${stamp}`;
  const policy = `e2e-packed-${stamp}`;
  const dialog = page.getByRole('dialog');
  const open = async (path) => {
    await page.goto(settings.url + path);
    await page.locator('.kv-page-title h1').waitFor();
  };
  const [cluster] = await all(page, 'clusters');
  const [host] = await all(page, 'hosts', `&clusterId=${cluster.id}&state=up`);
  const [template] = await all(page, 'templates');
  const vmNamed = async (name) => (await all(page, 'vms', `&q=${name}`))[0];
  const inState = (name, state) =>
    until(
      `${name} to be ${state}`,
      () => vmNamed(name),
      (vm) => vm?.state === state,
      settings.startSeconds,
    );

  await test('previews where a new VM would go, and all that is missing for one that fits nowhere', async () => {
    await open('/vms');
    await page.getByRole('button', { name: 'Create VM' }).first().click();
    if (template) await page.waitForFunction(() => document.querySelector('#field-templateId')?.value);
    await dialog.getByRole('button', { name: 'Where would it go?' }).click();
    await dialog.locator('.kv-verdict-chosen').waitFor();
    await dialog.locator('.kv-explanation').scrollIntoViewIfNeeded();
    await shoot('scheduling-preview');
    await dialog.getByLabel('Memory', { exact: true }).fill(String(15 * 2 ** 20));
    await dialog.getByText('The least stands against').waitFor();
    if ((await dialog.locator('.kv-verdict-refused').count()) === 0) throw new Error('No host says why');
    await shoot('scheduling-preview-nowhere');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  await test('makes two VMs on one host', async () => {
    for (const name of names) {
      await call(page, 'POST', '/vms', {
        name,
        clusterId: cluster.id,
        ...(template ? { templateId: template.id } : { hardware: { memoryBytes: 2 ** 28 } }),
      });
    }
    for (const name of names) {
      const vm = await inState(name, 'down');
      await call(page, 'POST', `/vms/${vm.id}/start`, { hostId: host.id });
    }
    for (const name of names) await inState(name, 'up');
  });

  await test('explains why a VM is where it is', async () => {
    const vm = await vmNamed(names[0]);
    await open(`/vms/${vm.id}/placement`);
    const standing = page.locator('.kv-panel', { hasText: 'Why it is there' });
    const here = standing.locator('.kv-verdict', { hasText: 'runs here' });
    await here.waitFor();
    if (!(await here.textContent()).includes(host.name)) throw new Error('Another host is said to be its own');
    if ((await here.locator('.kv-scores dt').count()) < 2) throw new Error('Its host has no scores');
    await standing
      .getByText(/(chosen again|could take it|as good as)/)
      .first()
      .waitFor();
    const next = page.locator('.kv-panel', { hasText: 'Where it could be migrated now' });
    await next.locator('.kv-verdict-refused', { hasText: host.name }).waitFor();
    await shoot('scheduling-explanation');
  });

  await test('makes an affinity group that two VMs break, and sees it', async () => {
    const vm = await vmNamed(names[0]);
    await open(`/vms/${vm.id}/placement`);
    const groups = page.locator('.kv-panel', { hasText: 'Affinity groups' });
    await groups.getByRole('button', { name: 'Create' }).click();
    await dialog.getByLabel('Name').fill(group);
    const search = dialog.getByLabel('Search VMs');
    if (await search.count()) await search.fill(names[1]);
    await dialog.getByLabel(names[1]).check();
    await shoot('scheduling-affinity-dialog');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await groups.getByText('It breaks 1 rule where it runs').waitFor();
    await open(`/clusters/${cluster.id}/affinity`);
    await page.getByText('2 rules not kept now').waitFor();
    await page.locator('.kv-table tr', { hasText: group }).getByText('Broken by 2 VMs').waitFor();
    await shoot('scheduling-affinity');
  });

  await test('refuses a group that contradicts another, by name', async () => {
    await open(`/clusters/${cluster.id}/affinity`);
    await page.getByRole('button', { name: 'Create affinity group' }).click();
    await dialog.getByLabel('Name').fill(`${group}-not`);
    for (const name of names) {
      const search = dialog.getByLabel('Search VMs');
      if (await search.count()) await search.fill(name);
      await dialog.getByLabel(name).check();
    }
    await dialog.getByLabel('They run').first().selectOption('hard_affinity');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByText(`must be apart by affinity group ${group}`).first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  await test('softens the group, and deletes it', async () => {
    await page.getByRole('button', { name: `Actions for ${group}` }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await dialog.getByLabel('They run').first().selectOption('anti_affinity');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.locator('.kv-table tr', { hasText: group });
    await row.getByText('Apart, if possible').waitFor();
    await page.getByRole('button', { name: `Actions for ${group}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByText('rules not kept now').waitFor({ state: 'detached' });
  });

  await test('puts a policy together from a built-in one, and is told what cannot be', async () => {
    await open('/scheduling-policies');
    await page.getByRole('button', { name: 'Actions for Evenly distributed', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Clone' }).click();
    await dialog.getByLabel('Name').fill(policy);
    await dialog.getByLabel('Factor of Packing').fill('2000');
    await dialog.getByText('More than 0, up to 1000').waitFor();
    if (await dialog.getByRole('button', { name: 'Create' }).isEnabled()) throw new Error('A wrong factor can be sent');
    await dialog.getByLabel('Factor of Packing').fill('2.5');
    await dialog.getByRole('switch', { name: 'Limit of VMs' }).check({ force: true });
    await dialog.getByLabel('MaxGuests').fill('40');
    await shoot('scheduling-policy-dialog');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.kv-table tr', { hasText: policy }).getByText('Packing 2.5').waitFor();
  });

  await test('places a cluster by the policy, and balances it as the dialog says', async () => {
    await open(`/clusters/${cluster.id}`);
    await page.locator('main').getByRole('button', { name: 'Edit', exact: true }).click();
    await dialog.getByLabel('Place by a policy of your own').selectOption({ label: policy });
    await dialog.getByLabel('Plans of moves').selectOption('review');
    await dialog.getByLabel('Aggressiveness').selectOption('3');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.kv-facts').getByText(policy).waitFor();
    await open(`/clusters/${cluster.id}/balancing`);
    await page.getByText('3 of 5').waitFor();
    await page.getByText('waits for approval').first().waitFor();
    await shoot('scheduling-balancing');
  });

  await test('keeps a policy that is in use, and deletes it when it is not', async () => {
    const remove = async () => {
      await page.getByRole('button', { name: `Actions for ${policy}` }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await open('/scheduling-policies');
    const row = page.locator('.kv-table tr', { hasText: policy });
    await row.getByText(cluster.name).waitFor();
    await remove();
    await page.getByText('was not deleted').waitFor();
    const { balancing } = cluster;
    await call(page, 'PATCH', `/clusters/${cluster.id}`, { customPolicyId: '', balancing });
    await remove();
    await row.waitFor({ state: 'detached' });
  });

  await test('gives a host a fault domain', async () => {
    await open(`/hosts/${host.id}`);
    const edit = async (domain) => {
      await page.locator('main').getByRole('button', { name: 'Edit', exact: true }).first().click();
      await dialog.getByLabel('Fault domain').fill(domain);
      await dialog.getByRole('button', { name: 'Save' }).click();
    };
    await edit('not a rack');
    await dialog.locator('.pf-m-error').first().waitFor();
    await page.keyboard.press('Escape');
    await edit('rack-7');
    await page.locator('.kv-facts').getByText('rack-7').waitFor();
    await edit('');
    await page.locator('.kv-facts').getByText('None: it fails alone').waitFor();
  });

  await test('deletes what it made', async () => {
    for (const name of names) {
      const vm = await vmNamed(name);
      await call(page, 'POST', `/vms/${vm.id}/force-off`);
      await inState(name, 'down');
      await call(page, 'DELETE', `/vms/${vm.id}`);
      await until(
        `${name} to be gone`,
        () => vmNamed(name),
        (found) => !found,
        60,
      );
    }
  });
}
