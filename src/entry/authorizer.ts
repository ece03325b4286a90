export { authorizeByKey as handler } from '../http/authorizer.ts';
