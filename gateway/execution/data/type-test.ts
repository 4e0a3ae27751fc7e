import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Whether a type satisfies a type condition. */
export type TypeTest = (typeName: unknown, condition: string) => boolean;

export const createTypeTest =
  (schema: GraphQLSchema): TypeTest =>
  (typeName, condition) => {
    if (typeName === condition) return true;
    const [type, abstract] = [schema.getType(String(typeName)), schema.getType(condition)];
    if (!isAbstractType(abstract) || !(isObjectType(type) || isInterfaceType(type))) return false;
    return schema.isSubType(abstract, type);
  };
