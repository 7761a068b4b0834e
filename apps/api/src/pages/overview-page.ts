import type {
  ChurnStats,
  NboStats,
  RfmStats,
  RunSummary,
  Segment,
  SegmentStats,
} from '@segcast/contracts';
import { html, type Html } from './html.ts';
import { renderPage } from './page.ts';

interface OverviewRow {
  segment: Segment;
  stats: SegmentStats;
}

export interface Overview {
  rows: readonly OverviewRow[];
  /** Names of the offers by their ids. */
  offers: ReadonlyMap<string, string>;
  /** Segments beyond those shown. */
  more: number;
  /** What the reader must know of the models, such as that they are placeholders. */
  warning: string | null;
  /** Where the reader reached the service: `http://127.0.0.1:3000`. */
  address: string;
  /** Who is signed in; null while the service is open. */
  reader: { name: string; role: string } | null;
}

const REFRESH_SECONDS = 2;
const ACTIVE: ReadonlySet<string> = new Set(['queued', 'running', 'cancelling']);

/** The page at the root: every segment with its latest stats. */
export function renderOverview(overview: Overview): string {
  const active = overview.rows.some(({ segment }) => isActive(segment.latest_run));
  return renderPage({
    title: 'Segcast',
    body: html`${heading(overview.reader)} ${notice(overview.warning)}
      <main>
        <div class="card">${table(overview)}</div>
        ${more(overview.more)} ${howTo(overview)}
      </main>`,
    ...(active && { refresh: REFRESH_SECONDS }),
  });
}

function heading(reader: Overview['reader']): Html {
  return html`<header>
    <div>
      <h1>Segcast</h1>
      <p>Churn, next best offer and RFM of whole customer segments</p>
    </div>
    <nav>
      <a href="/admin/queues">Queues (Bull Board)</a>
      <a href="/docs">API</a>
      <a href="/docs/errors">Error codes</a>
      <a href="/readyz">Readiness</a>
      ${reader && signOut(reader)}
    </nav>
  </header>`;
}

function signOut({ name, role }: NonNullable<Overview['reader']>): Html {
  return html`<form method="post" action="/sign-out">
    <button type="submit" title="${name} (${role})">Sign out</button>
  </form>`;
}

function notice(warning: string | null): Html | null {
  return warning === null ? null : html`<p class="notice" role="note">${warning}</p>`;
}

function table({ rows, offers }: Overview): Html {
  if (rows.length === 0) {
    return html`<p class="empty">
      There are no segments yet. Create one with POST /api/loyalty/v1/segments/.
    </p>`;
  }
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Segment</th>
        <th scope="col" class="number">Scored</th>
        <th scope="col">Churn risk</th>
        <th scope="col">Top offer</th>
        <th scope="col">Top RFM segment</th>
        <th scope="col">Latest run</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => tableRow(row, offers))}
    </tbody>
  </table>`;
}

function tableRow({ segment, stats }: OverviewRow, offers: Overview['offers']): Html {
  const inactive = segment.is_active ? null : ' · inactive';
  return html`<tr>
    <th scope="row">
      <a href="/api/loyalty/v1/segments/${segment.id}/ml/stats/">${segment.name}</a>
      <small>#${segment.id}${inactive}${segment.description && ` · ${segment.description}`}</small>
    </th>
    <td class="number" data-label="Scored">
      ${stats.run_id === null ? '–' : count(stats.sampled_count)}
    </td>
    <td class="whole" data-label="Churn risk">${churnCell(stats.stats.churn)}</td>
    <td class="whole" data-label="Top offer">${topOffer(stats.stats.nbo, offers)}</td>
    <td class="whole" data-label="Top RFM segment">${topRfmSegment(stats.stats.rfm)}</td>
    <td class="run" data-label="Latest run">${runCell(segment.latest_run, stats)}</td>
  </tr>`;
}

function churnCell(churn: ChurnStats): Html | string {
  if (churn.count === 0) return '–';
  const { high_percentage: high, medium_percentage: medium } = churn;
  const low = 100 - high - medium;
  const shares = `high ${high}%, medium ${medium}%, low ${churn.low_percentage}%`;
  return html`<strong>${high.toFixed(1)}%</strong> high
    <svg
      class="bar"
      viewBox="0 0 100 8"
      preserveAspectRatio="none"
      role="img"
      aria-label="${shares}"
    >
      <title>${shares}</title>
      <rect class="high" width="${high}" height="8" />
      <rect class="medium" x="${high}" width="${medium}" height="8" />
      <rect class="low" x="${high + medium}" width="${low}" height="8" />
    </svg>
    <small>${medium.toFixed(1)}% medium · avg ${churn.avg_probability?.toFixed(3)}</small>`;
}

function topOffer(nbo: NboStats, offers: Overview['offers']): Html | string {
  const [id, members] = nbo.top_offers[0] ?? [];
  if (id === undefined || members === undefined) return '–';
  return ranked([offers.get(id) ?? id, members], nbo.count);
}

function topRfmSegment(rfm: RfmStats): Html | string {
  return ranked(rfm.top_segments[0], rfm.count);
}

function ranked(top: [string, number] | undefined, total: number): Html | string {
  if (top === undefined || total === 0) return '–';
  const [name, members] = top;
  return html`${name}<small>${((100 * members) / total).toFixed(1)}% of all</small>`;
}

function runCell(run: RunSummary | null, stats: SegmentStats): Html | string {
  if (run === null) return 'not scored yet';
  return html`<span class="status ${statusClass(run.status)}">${run.status}</span>
    ${isActive(run) ? progress(run) : null}
    <small>${run.error?.detail ?? timing(run)}</small>
    ${stats.stale ? html`<small>stats are stale: score again</small>` : null}`;
}

function progress({ progress: { fraction, processed, total } }: RunSummary): Html {
  return html`<progress value="${fraction}" max="1"></progress>
    <small>${count(processed)} of about ${count(total)}</small>`;
}

function timing(run: RunSummary): Html {
  const at = run.finished_at ?? run.created_at;
  const took = run.duration_ms === null ? null : ` · ${(run.duration_ms / 1000).toFixed(1)}\u00a0s`;
  return html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>${took}`;
}

function statusClass(status: string): string {
  if (ACTIVE.has(status)) return 'active';
  return status === 'failed' ? 'failed' : '';
}

function isActive(run: RunSummary | null): boolean {
  return run !== null && ACTIVE.has(run.status);
}

function more(segments: number): Html | null {
  if (segments === 0) return null;
  return html`<p>
    ${count(segments)} more: <a href="/api/loyalty/v1/segments/">all segments as JSON</a>
  </p>`;
}

function howTo({ rows, address, reader }: Overview): Html {
  const segment = `${address}/api/loyalty/v1/segments/${rows[0]?.segment.id ?? 1}`;
  const key = reader === null ? '' : ' -H "Authorization: Bearer $SEGCAST_API_KEY"';
  const predict = `curl${key} -X POST ${segment}/ml/predict/ -H 'Prefer: wait=30' -d '{"type": "all"}'`;
  return html`<h2>Score a segment</h2>
    <pre>${predict}${'\n'}curl${key} ${segment}/ml/stats/</pre>`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
