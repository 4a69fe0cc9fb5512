/**
 * How others name what happened, as an activity type: `Checkout Started` is `checkout_started`, `com.example.OrderPlaced`
 * is `com.example.order_placed`. Empty where nothing in the name can stand in a type.
 */
export const activityTypeOf = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('.')
    .map((part) => part.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, ''))
    .filter((part) => part !== '')
    .join('.');
