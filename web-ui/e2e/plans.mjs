// A plan of moves, from its proposal to its end. The cluster must be out of balance, reviewed, and about to get a plan of
// two moves or more.
import { all, call, until } from './api.mjs';

/** A host is relieved once a minute at most, and what is measured is smoothed. */
const PLAN_SECONDS = 240;

export async function plans({ test, page, settings, shoot }) {
  const [cluster] = await all(page, 'clusters');
  const hostOf = async (vmId) => (await call(page, 'GET', `/vms/${vmId}`)).hostId;
  let left;
  let made;

  await test('shows a plan that is proposed, without a reload', async () => {
    await page.goto(`${settings.url}/clusters/${cluster.id}/balancing`);
    await page.getByText('A plan waits for approval').waitFor({ timeout: PLAN_SECONDS * 1000 });
    const [plan] = await all(page, 'balancing-plans', '&state=proposed');
    if (plan.moves.length < 2) throw new Error(`The plan has ${plan.moves.length} moves`);
    [made, left] = plan.moves;
    const row = page.locator('.kv-move').first();
    await row.getByText(`Move ${made.vmName} from ${made.from.hostName} to ${made.to.hostName}`).waitFor();
    const whole = (ratio) => Math.round(ratio * 100);
    await row
      .getByText(`${whole(made.from.cpuBefore)} → ${whole(made.from.cpuAfter)} %`)
      .first()
      .waitFor();
    for (const theme of ['dark', 'light']) {
      await page.evaluate((chosen) => localStorage.setItem('kvorum.theme', chosen), theme);
      await page.reload();
      await page.locator('.kv-move').first().waitFor();
      await page.waitForTimeout(300);
      await shoot(`${theme}-plan-proposed`);
    }
  });

  await test('leaves a move out, by keyboard', async () => {
    await page.getByRole('button', { name: `Leave out the move of ${left.vmName}` }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.kv-move-left_out', { hasText: left.vmName }).waitFor();
  });

  await test('approves the plan and sees it end', async () => {
    const before = await hostOf(left.vmId);
    await page.getByRole('button', { name: 'Approve' }).click();
    const earlier = page.getByRole('table', { name: 'Earlier plans' });
    await earlier.getByText('1 made, 1 left out').waitFor({ timeout: settings.startSeconds * 1000 });
    if ((await hostOf(made.vmId)) !== made.to.hostId) throw new Error(`${made.vmName} did not move`);
    if ((await hostOf(left.vmId)) !== before) throw new Error(`${left.vmName} moved, although it was left out`);
    await earlier
      .getByRole('button', { name: /^Moves of the plan/ })
      .first()
      .click();
    await earlier.locator('.kv-move-moved', { hasText: made.vmName }).waitFor();
    await shoot('plan-done');
  });

  await test('rehearses other settings, and shows both outcomes', async () => {
    await page.getByRole('button', { name: 'Rehearse a policy…' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Scheduling policy').selectOption('power_saving');
    await form.getByLabel('CPU is busy above').fill('90');
    await shoot('rehearsal-settings');
    await form.getByRole('button', { name: 'Rehearse', exact: true }).click();
    const outcomes = page.getByRole('table', { name: 'Outcomes' });
    await outcomes
      .getByRole('row', { name: /Energy .* kWh .* kWh/ })
      .waitFor({ timeout: settings.startSeconds * 1000 });
    await outcomes.getByRole('row', { name: /Over 50 % CPU/ }).waitFor();
    await page.getByRole('dialog').locator('canvas').first().waitFor();
    await page.waitForTimeout(300);
    await shoot('rehearsal-outcomes');
    await page.getByRole('button', { name: 'Close', exact: true }).last().click();
    await outcomes.waitFor({ state: 'detached' });
  });

  await test('rejects the next plan', async () => {
    await page.getByText('A plan waits for approval').waitFor({ timeout: PLAN_SECONDS * 1000 });
    const before = await hostOf(left.vmId);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('table', { name: 'Earlier plans' }).getByText('Rejected', { exact: true }).waitFor();
    await until(
      'no plan to be open',
      () => all(page, 'balancing-plans', '&state=proposed'),
      (found) => !found.length,
      10,
    );
    if ((await hostOf(left.vmId)) !== before) throw new Error(`${left.vmName} moved, although its plan was rejected`);
  });
}
