import { compare } from 'bcrypt';

// A bcrypt hash of nothing anybody knows, at the old API's cost of 12: an unknown user costs the same time.
const UNKNOWN_USER_HASH = '$2b$12$C6UzMDM.H6dfI/f/IKcEe.5Z1zO3G7pZ4o5T5pJm0PGmCq0X0cO2W';

/** Whether the password belongs to the hash; false, after the same work, when there is no hash. */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  // $2y$ is the same algorithm under crypt(3)'s name; the package knows it as $2b$.
  const known = (hash ?? UNKNOWN_USER_HASH).replace(/^\$2y\$/, '$2b$');
  const matches = await compare(password, known);
  return matches && hash !== undefined;
}
