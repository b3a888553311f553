export { AccountsContract } from './accounts.contract.js';
export { AccountsModule } from './accounts.module.js';
