import { ERROR_CODES, type ErrorFacts } from '@segcast/contracts';
import { html, type Html } from './html.ts';
import { renderPage } from './page.ts';

/** The catalogue of errors, to which the `type` of every problem leads. */
export function renderErrors(): string {
  return renderPage({
    title: 'Segcast: error codes',
    body: html`<header>
        <h1>Error codes</h1>
        <nav><a href="/">Segments</a></nav>
      </header>
      <p>
        Errors are answered as problem details (RFC 9457). Branch on <code>code</code>; read
        <code>detail</code> for the thing at fault and the remedy, and <code>errors</code> for the
        places. The same list is in <a href="/openapi.json">/openapi.json</a> under
        <code>x-error-codes</code>.
      </p>
      <main class="card">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Status</th>
              <th scope="col">Meaning</th>
              <th scope="col">Remedy</th>
              <th scope="col">Can trying again help?</th>
            </tr>
          </thead>
          <tbody>
            ${Object.entries(ERROR_CODES).map(([code, facts]) => errorRow(code, facts))}
          </tbody>
        </table>
      </main>`,
  });
}

function errorRow(code: string, facts: ErrorFacts): Html {
  return html`<tr id="${code}">
    <th scope="row"><code>${code}</code></th>
    <td>${facts.status}</td>
    <td><strong>${facts.title}.</strong> ${withCode(facts.meaning)}</td>
    <td>${withCode(facts.remedy)}</td>
    <td>${facts.retryable ? 'yes' : 'no'}</td>
  </tr>`;
}

/** What stands between backticks, as code. */
function withCode(text: string): Html[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
