// Input is refused as a whole and every wrong field is named at once, so that a person corrects a form in one go (P36).
import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { ProblemException, type FieldError } from './problem';

export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true, forbidNonWhitelisted: true, transform: true, forbidUnknownValues: true,
    // The value itself stays out of the answer: it may be a password (P40).
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => invalid(errors.flatMap((error) => fieldErrors(error, ''))),
  });

/** One problem for all the fields. */
export function invalid(errors: readonly FieldError[]): ProblemException {
  const fields = [...new Set(errors.map((error) => error.field))];
  return new ProblemException({
    code: 'request.invalid',
    summary: fields.length === 1 ? `The field ${fields[0] ?? ''} is not acceptable.` : `${fields.length} fields are not acceptable: ${fields.join(', ')}.`,
    observed: errors.map((error) => error.message).join('; '),
    next: 'Correct the named fields and send the request again.',
  }, 400, errors);
}

function fieldErrors(error: ValidationError, above: string): FieldError[] {
  const field = above === '' ? error.property : `${above}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({ field, message: rule === 'whitelistValidation' ? `${field} is not a field of this request` : message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, field))];
}
