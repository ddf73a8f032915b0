// Opens each page by its address, in both themes, and takes its picture.
const LISTS = [
  'hosts',
  'vms',
  'templates',
  'images',
  'storage-domains',
  'networks',
  'data-centers',
  'scheduling-policies',
  'affinity-labels',
  'quotas',
  'instance-types',
  'join-tokens',
  'operations',
  'events',
  'tokens',
];

export async function pictures({ test, page, settings, shoot }) {
  const first = (collection) =>
    page.evaluate(async (name) => (await (await fetch(`/api/v1/${name}?limit=1`)).json()).items[0]?.id, collection);
  const pages = [['dashboard', '/'], ...LISTS.map((name) => [name, `/${name}`])];
  for (const collection of ['data-centers', 'clusters', 'hosts', 'vms']) {
    const id = await first(collection);
    if (!id) continue;
    pages.push([`one-of-${collection}`, `/${collection}/${id}`]);
    if (collection === 'hosts' || collection === 'vms')
      pages.push([`${collection}-monitor`, `/${collection}/${id}/monitor`]);
    if (collection === 'vms') pages.push(['vm-placement', `/vms/${id}/placement`]);
    if (collection === 'clusters')
      for (const tab of ['hosts', 'balancing', 'affinity', 'failover'])
        pages.push([`cluster-${tab}`, `/${collection}/${id}/${tab}`]);
  }
  for (const theme of ['light', 'dark']) {
    await page.evaluate((chosen) => localStorage.setItem('kvorum.theme', chosen), theme);
    for (const [name, path] of pages) {
      await test(`opens ${name} (${theme})`, async () => {
        await page.goto(settings.url + path);
        await page.locator('.kv-page-title h1').waitFor();
        await page.locator('.kv-pending, .pf-v6-c-skeleton').first().waitFor({ state: 'detached', timeout: 10_000 });
        if (name.endsWith('monitor')) await page.locator('.kv-chart canvas, .pf-v6-c-empty-state').first().waitFor();
        await page.waitForTimeout(250);
        const wide = await page.evaluate(
          () => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth,
        );
        await shoot(`${theme}-${name}`);
        if (wide > 0) throw new Error(`The page is ${wide} px wider than its place`);
      });
    }
  }
}
