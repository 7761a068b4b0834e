import { html } from './html.ts';
import { renderPage } from './page.ts';

export interface SignIn {
  /** The path to go on to. */
  to: string;
  /** Why the last try, or the session, was refused. */
  refusal?: string;
}

/** The page on which a person shows a key. */
export function renderSignIn({ to, refusal }: SignIn): string {
  return renderPage({
    title: 'Segcast: sign in',
    body: html`<header><h1>Segcast</h1></header>
      <main>
        ${refusal === undefined ? null : html`<p class="notice" role="alert">${refusal}</p>`}
        <form class="card sign-in" method="post" action="/sign-in">
          <input type="hidden" name="to" value="${to}" />
          <label for="key">Key</label>
          <input
            id="key"
            name="key"
            type="password"
            required
            autofocus
            autocomplete="current-password"
            spellcheck="false"
          />
          <button type="submit">Sign in</button>
          <p>
            An admin makes keys with <code>POST /api/loyalty/v1/keys/</code>, the operator of this
            service with <code>segcast keys create</code>.
          </p>
        </form>
      </main>`,
  });
}
