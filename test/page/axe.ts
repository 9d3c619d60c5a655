import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
type Axe = {
  run(): Promise<{
    violations: { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] }[]
  }>
}

/** What axe has to say of the page as it stands: a line for each fault. */
export async function faultsFound(page: Page): Promise<readonly string[]> {
  await page.evaluate(source)
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run()
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help} at ${String(target)}: ${failureSummary ?? ''}`,
      ),
    )
  })
}
