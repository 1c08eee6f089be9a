// A real OpenID Connect provider for the tests: oidc-provider, certified by the OpenID Foundation,
// with its own sign-in pages. Usage: node provider.mjs PORT REDIRECT_URI
import { createRequire } from "node:module";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { default: Provider } = await import(require.resolve("oidc-provider"));

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "fairway",
      client_secret: "a-secret-of-the-tests-alone",
      redirect_uris: [redirect],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ["sub", "oid"], profile: ["name"], email: ["email"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, oid: `oid-of-${id}`, name: id, email: `${id}@example.gov.uk` }),
  }),
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: true } },
});
provider.listen(Number(port), "127.0.0.1", () => console.log(`ready ${issuer}`));
