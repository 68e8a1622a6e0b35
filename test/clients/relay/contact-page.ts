import runtime from "relay-runtime";

const { graphql } = runtime;

/** The contact page of docs/walkthrough-graphql.md, in the form that Relay's compiler reads. */
export const query = graphql`
  query contactPageQuery($id: ID!) {
    messageContact(id: $id) {
      ...contactPage_card
      pendingVerifications {
        channel
        target
      }
      deletion {
        state
        advice
      }
    }
  }
`;

export const card = graphql`
  fragment contactPage_card on MessageContact
  @refetchable(queryName: "contactPageRefetchQuery") {
    id
    name
    emailAddress
    status
    bindings {
      targetId
      kind
    }
  }
`;

export const watch = graphql`
  subscription contactPageSubscription($id: ID!) {
    messageContactDeletionStatus(contactId: $id) {
      state
      isFinal
      advice
    }
  }
`;

export const rename = graphql`
  mutation contactPageMutation($input: UpdateMessageContactInput!) {
    updateMessageContact(input: $input) {
      contact {
        id
        name
      }
      errors {
        code
        message
      }
    }
  }
`;

export const remove = graphql`
  mutation contactPageDeleteMutation($input: DeleteMessageContactInput!) {
    deleteMessageContact(input: $input) {
      contact {
        id
        status
        deletion {
          state
        }
      }
      errors {
        code
        message
      }
    }
  }
`;

export const list = graphql`
  query contactPageListQuery @throwOnFieldError {
    messageContacts {
      totalCount
      items {
        id
        name
      }
    }
  }
`;
