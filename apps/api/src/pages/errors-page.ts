import { ERROR_CODES } from '@segcast/contracts';
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
        places.
      </p>
      <main class="card">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Status</th>
              <th scope="col">Meaning</th>
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

function errorRow(
  code: string,
  { status, title, retryable }: { status: number; title: string; retryable: boolean },
): Html {
  return html`<tr id="${code}">
    <th scope="row"><code>${code}</code></th>
    <td>${status}</td>
    <td>${title}</td>
    <td>${retryable ? 'yes' : 'no'}</td>
  </tr>`;
}
