/** How a server signs an identity token, in a language that people write servers in. */
export interface Snippet {
  readonly name: string;
  readonly needs: string;
  readonly code: string;
}

/** Each signs HS256 with the claims `user_id` and `exp`; the secret comes from the environment. */
export const SNIPPETS: readonly Snippet[] = [
  {
    name: 'Node.js',
    needs: 'npm install jose',
    code: `import { SignJWT } from 'jose';

const secret = new TextEncoder().encode(process.env.MILEPOST_IDENTITY_SECRET);

export const userToken = (userId) =>
  new SignJWT({ user_id: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(secret);`,
  },
  {
    name: 'Python',
    needs: 'pip install pyjwt',
    code: `import os, time
import jwt

def user_token(user_id: str) -> str:
    return jwt.encode(
        {"user_id": user_id, "exp": int(time.time()) + 3600},
        os.environ["MILEPOST_IDENTITY_SECRET"],
        algorithm="HS256",
    )`,
  },
  {
    name: 'Ruby',
    needs: 'gem install jwt',
    code: `require 'jwt'

def user_token(user_id)
  JWT.encode(
    { user_id: user_id, exp: Time.now.to_i + 3600 },
    ENV.fetch('MILEPOST_IDENTITY_SECRET'),
    'HS256'
  )
end`,
  },
  {
    name: 'PHP',
    needs: 'composer require firebase/php-jwt',
    code: `use Firebase\\JWT\\JWT;

function user_token(string $userId): string {
    return JWT::encode(
        ['user_id' => $userId, 'exp' => time() + 3600],
        getenv('MILEPOST_IDENTITY_SECRET'),
        'HS256'
    );
}`,
  },
  {
    name: 'Go',
    needs: 'go get github.com/golang-jwt/jwt/v5',
    code: `import (
    "os"
    "time"

    "github.com/golang-jwt/jwt/v5"
)

func UserToken(userID string) (string, error) {
    claims := jwt.MapClaims{
        "user_id": userID,
        "exp":     time.Now().Add(time.Hour).Unix(),
    }
    return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).
        SignedString([]byte(os.Getenv("MILEPOST_IDENTITY_SECRET")))
}`,
  },
];
