import { compare, hash } from 'bcrypt';

// The old API's, so that a way back to it stays open; some 250 ms.
const COST = 12;

// A bcrypt hash of nothing anybody knows, at the same cost: an unknown user costs the same time.
const UNKNOWN_USER_HASH = '$2b$12$C6UzMDM.H6dfI/f/IKcEe.5Z1zO3G7pZ4o5T5pJm0PGmCq0X0cO2W';

/** Whether the password belongs to the hash; false, after the same work, when there is no hash. */
export async function verifyPassword(password: string, ofUser: string | undefined): Promise<boolean> {
  // $2y$ is the same algorithm under crypt(3)'s name; the package knows it as $2b$.
  const known = (ofUser ?? UNKNOWN_USER_HASH).replace(/^\$2y\$/, '$2b$');
  const matches = await compare(password, known);
  return matches && ofUser !== undefined;
}

/** Of the whole password, if it has at most 72 bytes: bcrypt reads no more. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);
