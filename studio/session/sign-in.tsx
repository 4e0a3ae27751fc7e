import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Field } from '../design/controls/field.tsx';
import { Loading } from '../design/states/notices.tsx';
import { tryToken } from './pasted.ts';
import { endOf, isGood, isJwt } from './session.ts';
import css from './sign-in.module.css';

/** The page for a user who has not come in yet. */
export const Welcome = ({ children }: { readonly children: ReactNode }) => (
  <main className={css['signIn']}>
    <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="48" height="48" />
    <h1>Blobgraph Studio</h1>
    {children}
  </main>
);

/** Shown until it is known whether the user comes in. */
export const SigningIn = () => (
  <Welcome>
    <Loading label="Signing in" />
  </Welcome>
);

/** The fault of a pasted text, before the gateway is asked; undefined: none. */
export function faultOf(token: string): string | undefined {
  if (token === '') return 'Paste a token first.';
  if (!isJwt(token)) return 'This is no token: it has three parts with dots between them.';
  if (endOf(token) !== undefined && !isGood(token)) return 'This token has ended. Get a new one.';
  return undefined;
}

/** The token in what was pasted, which may be a header. */
const tokenIn = (text: string): string =>
  text
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^Bearer\s+/i, '');

export interface SignInProps {
  readonly onToken: (token: string) => void;
  /** Why the user is asked again, e.g. that the token was refused. */
  readonly reason?: string | undefined;
}

/** Where a user pastes a token. The gateway is asked whether it takes it before anything else is shown. */
export function SignIn({ onToken, reason }: SignInProps) {
  const [fault, setFault] = useState(reason);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const token = tokenIn(String(new FormData(event.currentTarget).get('token') ?? ''));
    const wrong = faultOf(token);
    setFault(wrong);
    if (wrong) return;
    setIsBusy(true);
    const refusal = await tryToken(token);
    setIsBusy(false);
    setFault(refusal);
    if (!refusal) onToken(token);
  };
  return (
    <Welcome>
      <p>Sign in with a token of your gateway. It is kept in this tab alone, until you close it.</p>
      <form onSubmit={(event) => void submit(event)} className={css['form']}>
        <Field
          label="Token"
          name="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          fault={fault}
          hint="Three parts with dots between them, as the issuer of your tokens gives it out."
        />
        <Button kind="primary" type="submit" busy={isBusy}>
          {isBusy ? 'Signing in' : 'Sign in'}
        </Button>
      </form>
    </Welcome>
  );
}
