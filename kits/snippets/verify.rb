# HTTP_X_HUB_SIGNATURE=sha256=... COUNTERSIGN_SECRET_FILE=secret.txt ruby verify.rb < body
require 'openssl'

def genuine?(secret, header, body)
  # \A and \z: in Ruby, ^ and $ fit at every line.
  claimed = header.to_s.b[/\Asha256=(\h{64})\z/, 1]
  return false unless claimed

  expected = OpenSSL::HMAC.hexdigest('SHA256', secret, body)
  OpenSSL.fixed_length_secure_compare(expected, claimed.downcase)
end

file = ENV['COUNTERSIGN_SECRET_FILE'].to_s
secret = file.empty? ? ENV['COUNTERSIGN_SECRET'].to_s.b : File.binread(file).sub(/\r?\n\z/n, '')
if secret.match?(/\A[ \t\r\n]*\z/n)
  warn 'the secret is empty'
  exit 2
end
body = $stdin.binmode.read # in Rack: request.body.read, before anything asks for params
exit genuine?(secret, ENV['HTTP_X_HUB_SIGNATURE'], body) ? 0 : 1
