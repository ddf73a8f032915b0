// The engine's API in the name of the person whose browser this is.

/** One call; answers the body, or throws the problem in its own words. */
export const call = (page, method, path, body) =>
  page.evaluate(
    async ([how, where, what]) => {
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers: {
          Accept: 'application/json',
          ...(how === 'GET' ? {} : { 'X-Kvorum-Request': '1', 'Idempotency-Key': crypto.randomUUID() }),
          ...(what ? { 'Content-Type': 'application/json' } : {}),
        },
        ...(what ? { body: JSON.stringify(what) } : {}),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${how} ${where} answered ${answer.status}: ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
    [method, path, body],
  );

export const all = async (page, collection, query = '') =>
  (await call(page, 'GET', `/${collection}?limit=100&sort=name${query}`)).items;

/** Asks until the answer is the wanted one. */
export async function until(what, ask, wanted, seconds) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s for ${what}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
